"""Parts of the rich account, one module per family of services, each with `add(estate)`."""
