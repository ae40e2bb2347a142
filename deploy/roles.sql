-- The four roles of KSeF Kit and the database they share. Run by psql 15 or newer as an administrator who may create roles;
-- superuser is not needed. May be run again at any time. `make run` and docker-compose.yml both use this file.
--
--   ksefkit_owner     owns the database and its tables; migrations run as it
--   ksefkit_app       web and workers: reads and writes rows, owns nothing, never bypasses row-level security
--   ksefkit_platform  owns the SECURITY DEFINER functions that look across tenants; nobody signs in as it
--   ksefkit_readonly  for reports: give it to a person's own role
--
-- Set in the environment: KSEFKIT_DATABASE, KSEFKIT_OWNER_PASSWORD, KSEFKIT_APP_PASSWORD.

\set ON_ERROR_STOP on
\set QUIET on
\getenv database KSEFKIT_DATABASE
\getenv owner_password KSEFKIT_OWNER_PASSWORD
\getenv app_password KSEFKIT_APP_PASSWORD

SET client_min_messages = warning;
-- Two at once would fail with "tuple concurrently updated".
SELECT pg_advisory_lock(5260309174) \g /dev/null

SELECT format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB', name)
FROM unnest(ARRAY['ksefkit_owner', 'ksefkit_app', 'ksefkit_platform', 'ksefkit_readonly']) AS name
WHERE name NOT IN (SELECT rolname FROM pg_roles)
\gexec

ALTER ROLE ksefkit_owner LOGIN PASSWORD :'owner_password';
ALTER ROLE ksefkit_app LOGIN PASSWORD :'app_password';

-- A role of that name may have been there before us, with powers that would make the tenant walls worthless.
DO $$
BEGIN
    IF EXISTS (
        SELECT FROM pg_roles
        WHERE rolname IN ('ksefkit_app', 'ksefkit_platform', 'ksefkit_readonly')
          AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)
    ) THEN
        RAISE EXCEPTION 'a ksefkit role may bypass row-level security; take SUPERUSER, BYPASSRLS, CREATEROLE and CREATEDB from it';
    END IF;
    IF pg_has_role('ksefkit_app', 'ksefkit_owner', 'MEMBER') OR pg_has_role('ksefkit_app', 'ksefkit_platform', 'MEMBER') THEN
        RAISE EXCEPTION 'ksefkit_app is a member of ksefkit_owner or ksefkit_platform; revoke that';
    END IF;
END $$;

-- Without it the owner could not hand its functions to ksefkit_platform (ALTER FUNCTION … OWNER TO).
GRANT ksefkit_platform TO ksefkit_owner;

-- An administrator who is no superuser must belong to the owner to give it a database.
SELECT 'GRANT ksefkit_owner TO CURRENT_USER'
WHERE NOT pg_has_role(current_user, 'ksefkit_owner', 'USAGE')
\gexec

SELECT format('CREATE DATABASE %I OWNER ksefkit_owner ENCODING ''UTF8'' TEMPLATE template0', :'database')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database')
\gexec

SELECT format('ALTER DATABASE %I OWNER TO ksefkit_owner', :'database')
FROM pg_database
WHERE datname = :'database' AND pg_get_userbyid(datdba) <> 'ksefkit_owner'
\gexec

-- Nobody else connects, and nobody but the owner makes temporary tables (they could stand before real ones in a search path).
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO ksefkit_app, ksefkit_readonly;

-- From here on it is plain SQL inside the database; tests/conftest.py uses this part for its own databases.
\connect :"database"
SET client_min_messages = warning;
SET ROLE ksefkit_owner;

ALTER SCHEMA public OWNER TO ksefkit_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO ksefkit_app, ksefkit_readonly;
-- A function's new owner needs CREATE on its schema.
GRANT USAGE, CREATE ON SCHEMA public TO ksefkit_platform;

ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ksefkit_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO ksefkit_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO ksefkit_readonly;
