"""What the current access to KSeF may do, asked of KSeF and said in sentences."""

from dataclasses import dataclass

from apps.ksef_client.errors import AccessDenied, KsefError, Refused
from apps.ksef_client.ksef import Ksef
from apps.ksef_client.permissions import OWNER, Ability, abilities, may_file, my_permissions, read_claims

from .ksef import Caller, NoCredential, SignInBusy
from .models import KsefConnection

# In pages of a hundred; nobody holds that many rights in one company.
LARGEST_LIST = 10


@dataclass(frozen=True, slots=True)
class Rights:
    """What was found; `problem` instead, in KSeF's words, when it could not be."""

    abilities: tuple[Ability, ...] = ()
    may_file: bool = False
    problem: str = ""


def rights_of(connection: KsefConnection, *, caller: Caller) -> Rights:
    """Sign in when needed and ask; talks to KSeF, so it runs outside a transaction."""
    try:
        names = permissions_of(caller.access(connection.tenant_id, connection.pk).open())
    except NoCredential:
        return Rights(problem="no credential")
    except SignInBusy:
        return Rights(problem="another sign-in is under way")
    except KsefError as error:
        return Rights(problem=str(error)[:500])
    return Rights(abilities(names), may_file(names))


def permissions_of(ksef: Ksef) -> frozenset[str]:
    """What KSeF lists for whoever signed in, narrowed to what the access token itself says: a token may do less."""
    listed = _listed(ksef)
    claims = read_claims(ksef.bearer or "")
    own = claims.permissions if claims else frozenset()
    if not own or OWNER in own:
        return listed or own
    return listed & own or own


def _listed(ksef: Ksef) -> frozenset[str]:
    names: frozenset[str] = frozenset()
    try:
        for page in range(LARGEST_LIST):
            found = my_permissions(ksef, page=page)
            names |= found.names
            if not found.has_more:
                break
    except (AccessDenied, Refused):
        return names
    return names
