"""What can happen in the account, as functions on a Change: the API, the scenarios and the page call these."""
