"""Facets about how traffic reaches an asset and leaves it, and who has to prove an identity on the way in."""

from zscan.model.vocabulary import Bool, Enum, Facet, Fact, Int, ListOf, Record, Str

FACETS = (
    Facet(
        "network",
        "How traffic reaches the asset and leaves it.",
        {
            "public_access": Fact(Bool, "A network path from the public internet leads to the asset's own port or API."),
            "private_network": Fact(Bool, "The asset is attached to a network that the customer controls."),
            "direct_internet": Fact(Bool, "The platform gives the asset a way to the internet that bypasses the customer's own network."),
            "ingress_restricted": Fact(Bool, "A network rule limits which sources may open connections to the asset."),
            "egress_restricted": Fact(Bool, "A network rule or isolation setting limits where the asset may connect to."),
            "tls": Fact(Bool, "Every published way in uses TLS."),
            "loopback_only": Fact(Bool, "Published ports are bound to the local host."),
            "admin_port_published": Fact(Bool, "An administrative port (dashboard, metrics, control) is published or routed."),
            "metadata_blocked": Fact(Bool, "The instance metadata address is out of reach, or demands a session token."),
            "cleartext_backends": Fact(
                ListOf(Record({"name": Str, "host": Str}, key="name")),
                "Settings that point to a model, tool, vector or telemetry service over an unencrypted protocol.",
            ),
            "tls_verification_off": Fact(Bool, "A setting switches the verification of server certificates off."),
            "cors_any_origin": Fact(Bool, "Browsers of any origin may call the asset."),
        },
    ),
    Facet(
        "auth",
        "What a caller has to prove.",
        {
            "required": Fact(Bool, "Callers must authenticate."),
            "authorization": Fact(Bool, "Authenticated callers are limited to named actions or tools."),
            "federated": Fact(Bool, "People sign in through the organisation's identity provider."),
            "takes_tokens": Fact(Bool, "Callers present tokens of an outside issuer."),
            "audience_pinned": Fact(
                Bool, "Only tokens of a named issuer over HTTPS that name this audience or a known client are accepted."
            ),
            "document_rights": Fact(Bool, "A caller finds only the documents that this caller may read."),
        },
    ),
    Facet(
        "link",
        "A private endpoint (interface to a provider's service inside a customer network).",
        {
            "service": Fact(Str, "The provider service that the endpoint leads to, such as `bedrock-runtime`."),
            "available": Fact(Bool, "The endpoint is up."),
            "policy_open": Fact(Bool, "Its policy allows every principal every action."),
            "private_dns": Fact(Bool, "Clients in the network resolve the service's public name to the private address."),
        },
    ),
    Facet(
        "firewall",
        "A set of packet rules: a security group, a network policy.",
        {
            "ingress_open": Fact(Bool, "Some rule admits every source."),
            "egress_open": Fact(Bool, "Some rule, or the lack of one, admits every destination."),
            "directions": Fact(ListOf(Enum(("ingress", "egress"))), "The directions that the rules decide on."),
        },
    ),
    Facet(
        "subnet",
        "A slice of a network.",
        {
            "assigns_public_addresses": Fact(Bool, "Interfaces made in it get a public address by default."),
            "flows_logged": Fact(Bool, "Its network flows are recorded."),
        },
    ),
    Facet(
        "route",
        "A published way in: a service, an ingress, a gateway route.",
        {
            "public": Fact(Bool, "It is reachable from the public internet, as far as its own settings say."),
            "tls": Fact(Bool, "Every host or listener of it uses TLS."),
            "auth": Fact(Bool, "It authenticates callers before passing them on."),
            "ports": Fact(ListOf(Int), "The ports it publishes."),
        },
    ),
    Facet(
        "namespace",
        "A namespace of a cluster.",
        {
            "default_deny_ingress": Fact(Bool, "Pods in it accept no connection unless a policy names it."),
            "default_deny_egress": Fact(Bool, "Pods in it open no connection unless a policy names it."),
            "pod_security": Fact(Enum(("none", "privileged", "baseline", "restricted")), "The Pod Security level that admission enforces."),
            "quota": Fact(Bool, "A resource quota bounds what its workloads may use."),
        },
    ),
)
