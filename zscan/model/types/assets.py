"""The asset types: what has a posture, and which facets it can carry."""

from zscan.model.vocabulary import AssetType

_SERVED = ("network", "auth", "encryption", "secrets", "logging", "governance", "artefact", "workload", "principal", "guard")
_RUN = ("network", "encryption", "secrets", "governance", "artefact", "workload", "principal", "host")

TYPES = (
    AssetType("endpoint", "A model server or managed inference endpoint.", (*_SERVED, "host", "inference", "availability", "rollout")),
    AssetType(
        "endpoint_config",
        "The settings that an inference endpoint is deployed from.",
        ("encryption", "logging", "governance", "host", "availability"),
    ),
    AssetType(
        "model",
        "A model that can be deployed: weights plus the container that loads them.",
        (
            "network",
            "encryption",
            "secrets",
            "governance",
            "artefact",
            "principal",
            "inference",
            "quality",
            "release",
            "availability",
            "rollout",
        ),
    ),
    AssetType("capacity", "Reserved throughput of a model.", ("governance",), plural="capacity reservations"),
    AssetType("notebook", "An interactive development environment.", (*_RUN, "auth", "logging", "lifecycle")),
    AssetType("studio", "A shared workspace for data scientists.", (*_RUN, "auth", "data")),
    AssetType("training_job", "A run that prepares data, or trains, tunes, converts or applies a model.", (*_RUN, "training", "data")),
    AssetType("pipeline", "An orchestrated sequence of AI jobs.", (*_RUN, "data")),
    AssetType("feature_store", "A store of prepared model inputs.", ("encryption", "governance", "principal", "network", "auth", "data")),
    AssetType("model_registry", "A registry of model versions.", ("sharing", "governance", "encryption", "network", "auth")),
    AssetType("guardrail", "A content policy in front of models.", ("guardrail", "encryption", "governance"), plural="guardrails"),
    AssetType("agent", "A program that lets a model choose and call tools.", (*_SERVED, "agent", "data", "delegation", "sharing")),
    AssetType("tool_server", "A server that offers tools to agents (MCP and the like).", (*_SERVED, "tool", "delegation", "connection")),
    AssetType("gateway", "A gateway in front of models, tools or agents.", (*_SERVED, "tool", "sharing")),
    AssetType("vector_store", "A store of embeddings.", (*_SERVED, "store", "data")),
    AssetType(
        "ml_app",
        "A tool for people who build or use AI: tracking, labelling, chat front ends, workflow builders.",
        (*_SERVED, "data", "host", "product", "lifecycle"),
    ),
    AssetType("ai_client", "A workload that calls a third-party AI service.", (*_SERVED,)),
    AssetType(
        "knowledge_base", "Documents prepared for retrieval.", ("encryption", "governance", "principal", "data", "logging", "connection")
    ),
    AssetType(
        "rag_source",
        "A source that a knowledge base is filled from.",
        ("encryption", "governance", "data", "network", "principal", "connection"),
    ),
    AssetType(
        "model_logging", "The invocation-logging setting of an account and region.", ("scope", "logging"), plural="model logging settings"
    ),
    AssetType(
        "identity",
        "A principal.",
        ("identity", "identity.granted", "identity.effective", "identity.trust", "governance", "credentials"),
        ai=False,
        plural="identities",
    ),
    AssetType("key", "An encryption key.", ("key", "sharing", "governance"), ai=False),
    AssetType("data_store", "An object store or bucket that AI reads or writes.", ("store", "encryption", "governance"), ai=False),
    AssetType("volume", "A persistent volume claim or storage class.", ("volume", "governance"), ai=False),
    AssetType("secret", "A stored credential.", ("secrets", "governance", "credential", "sharing", "encryption"), ai=False),
    AssetType("private_link", "A private endpoint for a provider's service.", ("link", "governance"), ai=False),
    AssetType("subnet", "A subnet.", ("subnet", "governance"), ai=False),
    AssetType("firewall", "A security group or network policy.", ("firewall", "governance"), ai=False),
    AssetType("route", "A published way in: Service, Ingress, gateway route.", ("route", "governance"), ai=False),
    AssetType("namespace", "A namespace that AI workloads live in.", ("namespace", "governance"), ai=False),
    AssetType("prompt", "A prompt that is kept in a catalogue.", ("encryption", "secrets", "governance")),
    AssetType(
        "flow",
        "An orchestrated sequence of prompts, retrievals and tools.",
        ("flow", "guard", "encryption", "secrets", "governance", "principal"),
    ),
    AssetType("model_route", "A named way to models, which may spread calls over models and regions.", ("routing", "governance")),
    AssetType("hosted_model", "A model that the provider hosts for all its customers.", ("support",), ai=False),
    AssetType("evaluation", "A run that measures or compares models.", ("evaluation", "governance", "principal", "encryption")),
    AssetType(
        "enforced_guardrails",
        "The guardrails that an account enforces on every call.",
        ("scope", "enforcement"),
        plural="enforced guardrail settings",
    ),
    AssetType("data_retention", "What the provider may keep of model calls.", ("scope", "provider_use"), plural="data retention settings"),
    AssetType("ai_opt_out", "Whether AI services may learn from content.", ("scope", "provider_use"), plural="AI opt-out settings"),
    AssetType(
        "guardrail_policy", "A policy of the organisation that enforces guardrails.", ("scope", "enforcement"), plural="guardrail policies"
    ),
    AssetType("memory", "What agents remember between sessions.", ("encryption", "governance", "data"), plural="memories"),
    AssetType(
        "sandbox",
        "A managed browser or code interpreter that agents use.",
        ("network", "sandbox", "workload", "governance"),
        plural="sandboxes",
    ),
    AssetType("credential_provider", "A source of credentials that agents call out with.", ("secrets", "governance")),
    AssetType("credential_vault", "Where the credentials lie that agents call out with.", ("encryption",)),
    AssetType(
        "workload_identity", "The identity by which an agent asks for tokens.", ("delegation", "governance"), plural="workload identities"
    ),
    AssetType("policy_engine", "Decides which tool calls are allowed.", ("auth", "tool", "encryption", "governance")),
    AssetType(
        "agent_registry", "A catalogue of agents and tool servers.", ("catalogue", "encryption", "governance"), plural="agent registries"
    ),
    AssetType("monitor", "A running or scheduled check of live AI: quality, drift, bias.", (*_RUN, "monitor", "training")),
    AssetType(
        "workspace",
        "A person's own settings, or a place to work, in a shared studio.",
        ("workspace", "auth", "principal", "host", "data", "encryption", "governance"),
    ),
    AssetType("startup_script", "A script that workspaces run when they are made or started.", ("secrets", "governance")),
    AssetType(
        "code_repository", "A source repository that workspaces fetch code from.", ("secrets", "governance"), plural="code repositories"
    ),
    AssetType(
        "workspace_image", "A container image, or settings of one, that workspaces start from.", ("artefact", "secrets", "governance")
    ),
    AssetType("model_card", "The written description of a model.", ("release", "encryption", "governance")),
    AssetType("cluster", "A cluster of machines for training and serving.", (*_RUN, "availability")),
    AssetType("workforce", "People who label data or review answers, and their way in.", ("network", "auth", "governance")),
    AssetType("assistant", "A managed assistant that people talk or write to.", (*_SERVED, "assistant", "data", "guardrail", "sharing")),
    AssetType(
        "search_index",
        "A managed index that assistants and people search documents in.",
        ("encryption", "governance", "principal", "auth", "logging"),
        plural="search indexes",
    ),
    AssetType("function", "A function that carries out tools of AI.", ("code", "auth", "sharing", "secrets", "governance"), ai=False),
    AssetType(
        "image_repository",
        "A repository that images of AI come from.",
        ("repository", "sharing", "encryption", "governance"),
        ai=False,
        plural="image repositories",
    ),
    AssetType("log_store", "A place where records of AI are kept.", ("records", "data", "encryption", "governance"), ai=False),
    AssetType("audit_trail", "The audit record of an account.", ("scope", "audit", "records")),
    AssetType(
        "threat_detection",
        "What notices attacks and abuse in an account and region.",
        ("scope", "watch"),
        plural="threat detection settings",
    ),
    AssetType("config_recorder", "The record of changed settings of an account and region.", ("scope", "watch")),
    AssetType("cost_guard", "What limits the spending of an account.", ("scope", "cost")),
    AssetType("credential", "The long-lived credentials of a principal.", ("credentials", "auth"), ai=False),
    AssetType("access_review", "The standing analysis of access in a scope.", ("scope", "review"), plural="access analyses"),
)
