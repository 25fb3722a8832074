"""The typed edges between assets."""

from zscan.model.vocabulary import RelationType

_AI = ("endpoint", "model", "notebook", "studio", "training_job", "agent", "tool_server", "gateway", "vector_store", "ml_app", "pipeline")
_STORES = ("data_store", "volume", "vector_store", "feature_store")

RELATIONS = (
    RelationType("runs_as", "The identity that the asset acts with.", ("identity",)),
    RelationType("member_of", "The group or scope that the asset belongs to.", ("identity", "namespace")),
    RelationType("encrypts_with", "The key that protects the asset's data.", ("key",)),
    RelationType("reads_from", "Where the asset reads data or weights from.", (*_STORES,)),
    RelationType("writes_to", "Where the asset writes data to.", (*_STORES,)),
    RelationType("logs_to", "Where records of use go.", ("data_store", "log_store")),
    RelationType(
        "configured_by", "The configuration object that holds the asset's settings.", ("endpoint_config", "startup_script", "monitor")
    ),
    RelationType("serves", "The models that the asset answers with.", ("model", "hosted_model", "model_route", "capacity", "endpoint")),
    RelationType("built_from", "What the asset was made from.", ("model", "training_job", "model_registry", "hosted_model")),
    RelationType(
        "part_of",
        "The asset that this one is a piece of.",
        (*_AI, "knowledge_base", "namespace", "credential_vault", "assistant", "search_index"),
    ),
    RelationType("guarded_by", "The guardrail or gateway in front of the asset.", ("guardrail", "gateway")),
    RelationType("retrieves_from", "The knowledge base that answers are grounded in.", ("knowledge_base", "vector_store", "search_index")),
    RelationType("calls_tool", "Tools and tool servers that the asset calls.", ("tool_server", "gateway", "function")),
    RelationType(
        "calls_model",
        "Models and endpoints that the asset calls.",
        ("model", "endpoint", "gateway", "hosted_model", "model_route", "capacity"),
    ),
    RelationType("exposed_by", "Published ways in that lead to the asset.", ("route",)),
    RelationType("routes_to", "What a published way in leads to.", (*_AI, "ai_client", "feature_store", "model_registry")),
    RelationType("attached_to", "Networks, firewalls and subnets that the asset is attached to.", ("firewall", "subnet", "private_link")),
    RelationType("governed_by", "The wider setting that also binds what this one governs.", ("guardrail_policy",)),
    RelationType("hosted_by", "The agent runtime that the platform runs the asset in.", ("agent",)),
    RelationType("pulls_from", "The repositories that the asset's images come from.", ("image_repository",)),
    RelationType("uses_secret", "Stored credentials that the asset signs in with.", ("secret",)),
    RelationType("holds", "The long-lived credentials that people or programs sign in with as the identity.", ("credential",)),
)
