"""The asset types: what has a posture, and which facets it can carry."""

from zscan.model.vocabulary import AssetType

_SERVED = ("network", "auth", "encryption", "secrets", "logging", "governance", "artefact", "workload", "principal", "guard")
_RUN = ("network", "encryption", "secrets", "governance", "artefact", "workload", "principal", "host")

TYPES = (
    AssetType("endpoint", "A model server or managed inference endpoint.", (*_SERVED, "host", "inference")),
    AssetType(
        "endpoint_config", "The settings that an inference endpoint is deployed from.", ("encryption", "logging", "governance", "host")
    ),
    AssetType(
        "model",
        "A model that can be deployed: weights plus the container that loads them.",
        ("network", "encryption", "secrets", "governance", "artefact", "principal", "inference"),
    ),
    AssetType("capacity", "Reserved throughput of a model.", ("governance",), plural="capacity reservations"),
    AssetType("notebook", "An interactive development environment.", (*_RUN, "auth", "logging")),
    AssetType("studio", "A shared workspace for data scientists.", (*_RUN, "auth", "data")),
    AssetType("training_job", "A run that trains, tunes or evaluates a model.", (*_RUN, "training")),
    AssetType("pipeline", "An orchestrated sequence of AI jobs.", (*_RUN,)),
    AssetType("feature_store", "A store of prepared model inputs.", ("encryption", "governance", "principal", "network", "auth", "data")),
    AssetType("model_registry", "A registry of model versions.", ("sharing", "governance", "encryption", "network", "auth")),
    AssetType("guardrail", "A content policy in front of models.", ("guardrail", "encryption", "governance"), plural="guardrails"),
    AssetType("agent", "A program that lets a model choose and call tools.", (*_SERVED, "agent", "data")),
    AssetType("tool_server", "A server that offers tools to agents (MCP and the like).", (*_SERVED, "tool")),
    AssetType("gateway", "A gateway in front of models, tools or agents.", (*_SERVED, "tool")),
    AssetType("vector_store", "A store of embeddings.", (*_SERVED, "store", "data")),
    AssetType(
        "ml_app", "A tool for people who build or use AI: tracking, labelling, chat front ends, workflow builders.", (*_SERVED, "data")
    ),
    AssetType("ai_client", "A workload that calls a third-party AI service.", (*_SERVED,)),
    AssetType("knowledge_base", "Documents prepared for retrieval.", ("encryption", "governance", "principal", "data")),
    AssetType("rag_source", "A source that a knowledge base is filled from.", ("encryption", "governance", "data")),
    AssetType(
        "model_logging", "The invocation-logging setting of an account and region.", ("scope", "logging"), plural="model logging settings"
    ),
    AssetType(
        "identity",
        "A principal.",
        ("identity", "identity.granted", "identity.effective", "identity.trust", "governance"),
        ai=False,
        plural="identities",
    ),
    AssetType("key", "An encryption key.", ("key", "sharing", "governance"), ai=False),
    AssetType("data_store", "An object store or bucket that AI reads or writes.", ("store", "encryption", "governance"), ai=False),
    AssetType("volume", "A persistent volume claim or storage class.", ("volume", "governance"), ai=False),
    AssetType("secret", "A stored credential.", ("secrets", "governance"), ai=False),
    AssetType("private_link", "A private endpoint for a provider's service.", ("link", "governance"), ai=False),
    AssetType("subnet", "A subnet.", ("subnet", "governance"), ai=False),
    AssetType("firewall", "A security group or network policy.", ("firewall", "governance"), ai=False),
    AssetType("route", "A published way in: Service, Ingress, gateway route.", ("route", "governance"), ai=False),
    AssetType("namespace", "A namespace that AI workloads live in.", ("namespace", "governance"), ai=False),
)
