"""The table of products. Sources: the products' own documentation, as named by `source`; versions say from when on a default holds."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Since:
    """A default that holds from a version on (major, minor)."""

    version: tuple[int, int]
    value: bool


@dataclass(frozen=True, slots=True)
class SignIn:
    """Which settings decide whether callers must authenticate, strongest first: `off` settings, then `on` settings, then the default.

    `on_flags` and `on_variables` switch it on by any non-empty value (the key itself); `emptied` flags and variables switch it off when
    they are given empty. `on_values` and `off_values` are variables with the values that decide. `default` is what holds when nothing is
    set: a truth value, or steps by version (unknown for an unknown version). None: the product has no sign-in of its own that zscan knows.
    """

    on_flags: tuple[str, ...] = ()
    on_variables: tuple[str, ...] = ()
    emptied: tuple[str, ...] = ()
    on_values: tuple[tuple[str, tuple[str, ...]], ...] = ()
    off_values: tuple[tuple[str, tuple[str, ...]], ...] = ()
    on_words: tuple[str, ...] = ()
    default: bool | tuple[Since, ...] | None = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Product:
    """A product: how to recognise it, what it is, and its settings. `weak` ones are AI only beside another AI asset (search engines)."""

    name: str
    asset_type: str
    image: re.Pattern[str] | None = None
    command: re.Pattern[str] | None = None
    variables: tuple[str, ...] = ()
    ports: frozenset[int] = frozenset()
    sign_in: SignIn = field(default_factory=SignIn)
    admin_ports: frozenset[int] = frozenset()
    cors: tuple[str, tuple[str, ...], bool | None] = ("", (), None)  # setting, values that mean "any origin", default
    tls_flags: tuple[str, ...] = ()
    tls_values: tuple[tuple[str, tuple[str, ...]], ...] = ()
    loads_at_runtime: bool = False  # its own API pulls or swaps models
    weak: bool = False


def _p(  # noqa: PLR0913 (one row of a table)
    name: str, asset_type: str, image: str = "", command: str = "", ports: tuple[int, ...] = (), *, sign_in: SignIn, **more: object
) -> Product:
    return Product(
        name,
        asset_type,
        re.compile(image) if image else None,
        re.compile(command) if command else None,
        ports=frozenset(ports),
        sign_in=sign_in,
        **more,  # type: ignore[arg-type]  # the fields of Product
    )


_NONE = SignIn(default=False)
_UNSTATED = SignIn(default=None)
_YES, _NO = ("true", "1", "yes", "on"), ("false", "0", "no", "off")

RAY_SIGN_IN = SignIn(
    on_values=(("RAY_AUTH_MODE", ("token",)),),
    off_values=(("RAY_AUTH_MODE", ("disabled",)),),
    default=(Since((0, 0), value=False), Since((2, 61), value=True)),
    source="docs.ray.io/en/latest/ray-security/token-auth.html",
)

PRODUCTS: tuple[Product, ...] = (
    _p(
        "vLLM",
        "endpoint",
        r"vllm-(?:openai|cpu|rocm|gaudi|tpu|runtime|ascend|neuron)|(?:^|/)vllm(?:/|$)|llm-d-cuda|(?:^|/)llm-d$|vllm-xpu|lmstack-router-none",
        r"\bvllm serve\b|vllm\.entrypoints",
        (8000,),
        variables=("VLLM_API_KEY", "VLLM_USE_V1", "VLLM_ATTENTION_BACKEND", "VLLM_ADDITIONAL_ARGS"),
        sign_in=SignIn(on_flags=("--api-key",), on_variables=("VLLM_API_KEY",), source="docs.vllm.ai/en/latest/usage/security.html"),
        cors=("--allowed-origins", ("*", '["*"]', "['*']"), True),
        tls_flags=("--ssl-certfile",),
    ),
    _p(
        "Text Embeddings Inference",
        "endpoint",
        r"text-embeddings-inference|(?:^|/)tei-",
        r"text-embeddings-router",
        (80, 8080),
        sign_in=SignIn(
            on_flags=("--api-key",), on_variables=("API_KEY",), source="huggingface.co/docs/text-embeddings-inference/cli_arguments"
        ),
    ),
    _p(
        "Text Generation Inference",
        "endpoint",
        r"text-generation-inference|tgi-gaudi|(?:^|/)tgi(?:$|-)",
        r"text-generation-launcher",
        (80, 3000, 8080),
        sign_in=SignIn(
            on_flags=("--api-key",), on_variables=("API_KEY",), source="huggingface.co/docs/text-generation-inference/reference/launcher"
        ),
        cors=("--cors-allow-origin", ("*",), None),
    ),
    _p(
        "SGLang",
        "endpoint",
        r"lmsysorg/sglang|(?:^|/)sglang",
        r"sglang\.launch_server|\bsglang serve\b",
        (30000,),
        sign_in=SignIn(on_flags=("--api-key",), source="docs.sglang.ai/advanced_features/server_arguments.html"),
        tls_flags=("--ssl-certfile",),
    ),
    _p(
        "Ollama",
        "endpoint",
        r"(?:^|/)ollama(?:/ollama)?$|ollama-",
        r"\bollama serve\b",
        (11434,),
        variables=("OLLAMA_HOST", "OLLAMA_MODELS", "OLLAMA_KEEP_ALIVE", "OLLAMA_NUM_PARALLEL"),
        sign_in=SignIn(default=False, source="github.com/ollama/ollama/blob/main/docs/faq.md"),
        cors=("OLLAMA_ORIGINS", ("*",), False),
        loads_at_runtime=True,
    ),
    _p(
        "llama.cpp",
        "endpoint",
        r"llama[._-]?cpp|llama-server|llamafile",
        r"\bllama-server\b|llama_cpp\.server",
        (8080,),
        sign_in=SignIn(
            on_flags=("--api-key", "--api-key-file"),
            on_variables=("LLAMA_API_KEY", "LLAMA_ARG_API_KEY"),
            source="github.com/ggml-org/llama.cpp/tree/master/tools/server",
        ),
        tls_flags=("--ssl-cert-file",),
    ),
    _p(
        "LocalAI",
        "endpoint",
        r"local-?ai(?:$|[-/])",
        r"\blocal-ai run\b",
        (8080,),
        sign_in=SignIn(on_flags=("--api-keys",), on_variables=("LOCALAI_API_KEY", "API_KEY"), source="localai.io/advanced"),
        loads_at_runtime=True,
    ),
    _p(
        "Triton Inference Server",
        "endpoint",
        r"triton-?(?:inference-?)?server|(?:^|/)tritonserver",
        r"\btritonserver\b",
        (8000, 8001, 8002),
        sign_in=SignIn(
            on_flags=("--http-restricted-api", "--grpc-restricted-protocol"),
            source="docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/customization_guide/deploy.html",
        ),
        admin_ports=frozenset({8002}),
    ),
    _p("TensorFlow Serving", "endpoint", r"tensorflow/serving|tensorflow-serving", r"tensorflow_model_server", (8500, 8501), sign_in=_NONE),
    _p(
        "TorchServe",
        "endpoint",
        r"torchserve",
        r"\btorchserve\b",
        (8080, 8081, 8082),
        admin_ports=frozenset({8081, 8082}),
        sign_in=SignIn(
            off_values=(("TS_DISABLE_TOKEN_AUTHORIZATION", _YES),),
            default=None,
            source="github.com/pytorch/serve/blob/master/docs/token_authorization_api.md",
        ),
    ),
    _p("MLServer", "endpoint", r"(?:^|/)mlserver", r"\bmlserver start\b", (8080, 8081), sign_in=_NONE),
    _p("KServe model server", "endpoint", r"kserve/(?:\w+server|huggingfaceserver.*)$", "", (8080,), sign_in=_NONE),
    _p("NVIDIA NIM", "endpoint", r"(?:^|/)nim/|nvcr\.io/nim", "", (8000,), sign_in=_NONE, variables=("NIM_MODEL_NAME", "NIM_CACHE_PATH")),
    _p(
        "NeMo microservice",
        "ml_app",
        r"nemo-(?:microservices|guardrails|customizer|evaluator|datastore|entity-store)",
        "",
        (8000,),
        sign_in=_NONE,
    ),
    _p("TensorRT-LLM", "endpoint", r"tensorrt-?llm", r"trtllm-serve", (8000,), sign_in=_NONE),
    _p(
        "NVIDIA Dynamo",
        "endpoint",
        r"ai-dynamo|dynamo-(?:frontend|vllm|sglang)",
        r"dynamo\.(?:frontend|vllm|sglang)",
        (8000,),
        sign_in=_NONE,
    ),
    _p("Xinference", "endpoint", r"xinference", r"xinference-local", (9997,), sign_in=_UNSTATED),
    _p(
        "Infinity",
        "endpoint",
        r"michaelf34/infinity",
        "",
        (7997,),
        sign_in=SignIn(on_flags=("--api-key",), on_variables=("INFINITY_API_KEY",)),
    ),
    _p("ModelMesh", "endpoint", r"(?:^|/)modelmesh(?:$|-)", "", (8033,), sign_in=_NONE),
    _p(
        "Ray",
        "ml_app",
        r"rayproject/ray|ray-llm|(?:^|/)ray(?:$|-ml)|aibrix/ray",
        r"\bray start\b",
        (6379, 8265, 10001),
        sign_in=RAY_SIGN_IN,
        admin_ports=frozenset({6379, 8265, 10001, 52365}),
        variables=("RAY_AUTH_MODE", "RAY_ADDRESS"),
    ),
    _p(
        "LiteLLM",
        "gateway",
        r"litellm",
        r"\blitellm\b",
        (4000,),
        variables=("LITELLM_MASTER_KEY",),
        sign_in=SignIn(on_variables=("LITELLM_MASTER_KEY",), default=None, source="docs.litellm.ai/docs/proxy/virtual_keys"),
    ),
    _p("Envoy AI Gateway", "gateway", r"envoyproxy/ai-gateway|ai-gateway-(?:extproc|controller)", "", (1975,), sign_in=_UNSTATED),
    _p(
        "agentgateway",
        "gateway",
        r"agentgateway",
        r"\bagentgateway\b",
        (3000, 15000),
        sign_in=_UNSTATED,
        admin_ports=frozenset({15000, 19000}),
    ),
    _p(
        "MCP Context Forge",
        "gateway",
        r"mcp-context-forge|mcpgateway",
        r"\bmcpgateway\b",
        (4444,),
        variables=("MCP_CLIENT_AUTH_ENABLED",),
        sign_in=SignIn(
            on_values=(("AUTH_REQUIRED", _YES),),
            off_values=(("AUTH_REQUIRED", _NO), ("MCP_CLIENT_AUTH_ENABLED", _NO)),
            default=True,
            source="ibm.github.io/mcp-context-forge/manage/securing",
        ),
    ),
    _p("Docker MCP Gateway", "gateway", r"docker/mcp-gateway", "", (8811,), sign_in=_NONE),
    _p(
        "vLLM router",
        "gateway",
        r"lmstack-router|vllm-router|(?:^|/)llm-d-router",
        r"vllm-router",
        (8000, 80),
        sign_in=SignIn(on_flags=("--api-key",), on_variables=("VLLM_API_KEY",)),
    ),
    _p(
        "Inference endpoint picker",
        "gateway",
        r"(?:^|/)epp$|inference-scheduler|gateway-api-inference-extension",
        "",
        (9002,),
        sign_in=_NONE,
    ),
    _p(
        "Open WebUI",
        "ml_app",
        r"open-webui",
        "",
        (8080,),
        variables=("WEBUI_AUTH", "WEBUI_SECRET_KEY"),
        sign_in=SignIn(off_values=(("WEBUI_AUTH", _NO),), default=True, source="docs.openwebui.com/getting-started/env-configuration"),
        cors=("CORS_ALLOW_ORIGIN", ("*",), True),
    ),
    _p(
        "LibreChat",
        "ml_app",
        r"librechat",
        "",
        (3080,),
        sign_in=SignIn(default=True, source="librechat.ai/docs/configuration/authentication"),
    ),
    _p(
        "LobeChat",
        "ml_app",
        r"lobe-chat|lobehub",
        "",
        (3210,),
        sign_in=SignIn(
            on_variables=("ACCESS_CODE", "NEXT_AUTH_SECRET", "CLERK_SECRET_KEY"),
            source="lobehub.com/docs/self-hosting/environment-variables",
        ),
    ),
    _p(
        "AnythingLLM",
        "ml_app",
        r"anythingllm",
        "",
        (3001,),
        sign_in=SignIn(on_variables=("AUTH_TOKEN",), default=None, source="docs.anythingllm.com/configuration"),
    ),
    _p("Dify", "ml_app", r"dify-(?:api|web|sandbox|plugin-daemon)", "", (5001, 3000), sign_in=SignIn(default=True, source="docs.dify.ai")),
    _p("RAGFlow", "ml_app", r"(?:^|/)ragflow", "", (9380, 80), sign_in=SignIn(default=True, source="ragflow.io/docs")),
    _p(
        "Flowise",
        "ml_app",
        r"flowise",
        r"\bflowise start\b",
        (3000,),
        sign_in=SignIn(
            on_variables=("FLOWISE_USERNAME", "JWT_AUTH_TOKEN_SECRET"),
            default=(Since((0, 0), value=False), Since((3, 0), value=True)),
            source="docs.flowiseai.com/configuration/authorization",
        ),
    ),
    _p(
        "Langflow",
        "ml_app",
        r"langflow",
        r"\blangflow run\b",
        (7860,),
        sign_in=SignIn(
            off_values=(("LANGFLOW_AUTO_LOGIN", _YES),),
            on_values=(("LANGFLOW_AUTO_LOGIN", _NO),),
            default=(Since((0, 0), value=False), Since((1, 5), value=True)),
            source="docs.langflow.org/api-keys-and-authentication",
        ),
    ),
    _p(
        "n8n",
        "ml_app",
        r"n8nio/n8n|(?:^|/)n8n$",
        "",
        (5678,),
        sign_in=SignIn(default=(Since((1, 0), value=True),), source="docs.n8n.io/user-management"),
        weak=True,
    ),
    _p(
        "Onyx",
        "ml_app",
        r"onyx-(?:backend|web-server|model-server)|danswer",
        "",
        (8080,),
        sign_in=SignIn(
            off_values=(("AUTH_TYPE", ("disabled",)),),
            on_values=(("AUTH_TYPE", ("basic", "google_oauth", "oidc", "saml", "cloud")),),
            default=None,
            source="docs.onyx.app/deployment/authentication",
        ),
    ),
    _p(
        "Langfuse",
        "ml_app",
        r"langfuse",
        "",
        (3000,),
        sign_in=SignIn(default=True, source="langfuse.com/self-hosting/security/authentication-and-sso"),
    ),
    _p(
        "Phoenix",
        "ml_app",
        r"arizephoenix/phoenix",
        r"phoenix\.server\.main",
        (6006,),
        variables=("PHOENIX_ENABLE_AUTH",),
        sign_in=SignIn(on_values=(("PHOENIX_ENABLE_AUTH", _YES),), source="arize.com/docs/phoenix/self-hosting/features/authentication"),
    ),
    _p(
        "MLflow",
        "ml_app",
        r"(?:^|/|-)mlflow",
        r"\bmlflow (?:server|ui)\b",
        (5000,),
        variables=("MLFLOW_BACKEND_STORE_URI",),
        sign_in=SignIn(
            on_words=("--app-name basic-auth", "--app-name=basic-auth"),
            source="mlflow.org/docs/latest/self-hosting/security/basic-http-auth",
        ),
    ),
    _p(
        "Label Studio",
        "ml_app",
        r"label-studio",
        r"\blabel-studio\b",
        (8080,),
        sign_in=SignIn(default=True, source="labelstud.io/guide/signup"),
    ),
    _p("Argilla", "ml_app", r"argilla", "", (6900,), sign_in=SignIn(default=True, source="docs.argilla.io")),
    _p(
        "TensorBoard",
        "ml_app",
        "",
        r"\btensorboard\b.*--logdir",
        (6006,),
        sign_in=SignIn(default=False, source="github.com/tensorflow/tensorboard"),
        admin_ports=frozenset({6006}),
    ),
    _p(
        "Qdrant",
        "vector_store",
        r"(?:^|/)qdrant",
        "",
        (6333, 6334),
        sign_in=SignIn(
            on_variables=("QDRANT__SERVICE__API_KEY", "QDRANT__SERVICE__JWT_RBAC"), source="qdrant.tech/documentation/guides/security"
        ),
        tls_values=(("QDRANT__SERVICE__ENABLE_TLS", _YES),),
        cors=("QDRANT__SERVICE__ENABLE_CORS", _YES, True),
    ),
    _p(
        "Weaviate",
        "vector_store",
        r"weaviate(?:/weaviate)?$",
        "",
        (8080, 50051),
        sign_in=SignIn(
            off_values=(("AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED", _YES),),
            on_values=(
                ("AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED", _NO),
                ("AUTHENTICATION_APIKEY_ENABLED", _YES),
                ("AUTHENTICATION_OIDC_ENABLED", _YES),
            ),
            source="docs.weaviate.io/deploy/configuration/authentication",
        ),
    ),
    _p(
        "Chroma",
        "vector_store",
        r"(?:^|/)chroma(?:$|db)|chromadb",
        r"\bchroma run\b",
        (8000,),
        sign_in=SignIn(
            on_variables=("CHROMA_SERVER_AUTHN_PROVIDER", "CHROMA_SERVER_AUTH_PROVIDER"), source="docs.trychroma.com/updates/migration"
        ),
        cors=("CHROMA_SERVER_CORS_ALLOW_ORIGINS", ("*", '["*"]'), False),
    ),
    _p(
        "Milvus",
        "vector_store",
        r"milvusdb/milvus|(?:^|/)milvus$",
        r"\bmilvus run\b",
        (19530, 9091),
        admin_ports=frozenset({9091}),
        sign_in=SignIn(on_values=(("COMMON_SECURITY_AUTHORIZATIONENABLED", _YES),), source="milvus.io/docs/authenticate.md"),
    ),
    _p(
        "pgvector",
        "vector_store",
        r"pgvector",
        "",
        (5432,),
        sign_in=SignIn(off_values=(("POSTGRES_HOST_AUTH_METHOD", ("trust",)),), default=True, source="hub.docker.com/_/postgres"),
    ),
    _p(
        "Redis Stack",
        "vector_store",
        r"redis-stack",
        "",
        (6379,),
        sign_in=SignIn(
            on_words=("--requirepass",),
            on_variables=("REDIS_PASSWORD",),
            source="redis.io/docs/latest/operate/oss_and_stack/management/security",
        ),
    ),
    _p(
        "OpenSearch",
        "vector_store",
        r"opensearchproject/opensearch$",
        "",
        (9200,),
        weak=True,
        sign_in=SignIn(
            off_values=(("plugins.security.disabled", _YES), ("DISABLE_SECURITY_PLUGIN", _YES)),
            default=True,
            source="docs.opensearch.org/latest/security",
        ),
    ),
    _p(
        "Elasticsearch",
        "vector_store",
        r"(?:^|/)elasticsearch$",
        "",
        (9200,),
        weak=True,
        sign_in=SignIn(
            off_values=(("xpack.security.enabled", _NO),),
            on_values=(("xpack.security.enabled", _YES),),
            default=(Since((0, 0), value=False), Since((8, 0), value=True)),
            source="elastic.co/docs/deploy-manage/security",
        ),
    ),
    _p(
        "JupyterHub",
        "notebook",
        r"jupyterhub(?:/k8s-hub)?$",
        r"(?:^| )jupyterhub(?: |$)",
        (8000, 8081),
        sign_in=SignIn(
            off_values=(("JUPYTERHUB_AUTHENTICATOR", ("dummy",)),),
            default=None,
            source="jupyterhub.readthedocs.io/en/stable/reference/authenticators.html",
        ),
    ),
    _p(
        "Jupyter",
        "notebook",
        r"jupyter/|-notebook$|k8s-singleuser|jupyter(?:lab)?$|notebook-servers/",
        r"\bjupyter[- ](?:lab|notebook|server)\b|start-notebook\.(?:sh|py)",
        (8888,),
        variables=("JUPYTER_TOKEN", "JUPYTER_ENABLE_LAB"),
        sign_in=SignIn(
            emptied=(
                "--ServerApp.token",
                "--NotebookApp.token",
                "--LabApp.token",
                "--IdentityProvider.token",
                "--ServerApp.password",
                "--NotebookApp.password",
                "JUPYTER_TOKEN",
            ),
            default=True,
            source="jupyter-server.readthedocs.io/en/latest/operators/security.html",
        ),
        cors=("--ServerApp.allow-origin", ("*",), False),
        tls_flags=("--ServerApp.certfile", "--certfile"),
    ),
    _p(
        "code-server",
        "notebook",
        r"code-server|rstudio",
        "",
        (8080, 8787),
        sign_in=SignIn(on_variables=("PASSWORD", "HASHED_PASSWORD"), off_values=(("DISABLE_AUTH", _YES),), default=None),
        weak=True,
    ),
    _p(
        "MCP server",
        "tool_server",
        r"(?:^|/)mcp/|mcp-server|[-_/]mcp$|^mcp-|/mcp-[^/]*$|-mcp-|/mcp_server",
        r"(?:^|\s)--mcp\S*|\bmcp-proxy\b|\bsupergateway\b|\bmcp_server\b|-mcp-server\b|server-mcp\b",
        (8080, 3000, 8811),
        sign_in=_UNSTATED,
    ),
    _p(
        "Code interpreter",
        "tool_server",
        r"code-interpreter|python-runtime-sandbox|(?:^|/)[^/]*sandbox-runtime",
        "",
        (8888,),
        sign_in=_UNSTATED,
    ),
    _p(
        "Training",
        "training_job",
        r"pytorch/pytorch|deepspeed|axolotl|torchtune|nvidia/(?:nemo|bionemo)|huggingface/trl|pytorch-training|llama-?factory|kubeflow/trainer|megatron",
        r"\btorchrun\b|\baccelerate launch\b|\bdeepspeed\b|torch\.distributed\.(?:run|launch)|\baxolotl train\b",
        (29500,),
        sign_in=_NONE,
    ),
)

BY_NAME = {product.name: product for product in PRODUCTS}
