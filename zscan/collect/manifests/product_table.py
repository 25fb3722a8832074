"""The table of products: model servers and gateways here, the rest in `product_apps`.

Sources: the products' own documentation, as named by `source`; versions say from when on a default holds.
"""

from __future__ import annotations

from zscan.collect.manifests.product import DECIDED_ELSEWHERE, NO, NO_SIGN_IN, YES, Product, SignIn, Since, product
from zscan.collect.manifests.product_apps import APPS

RAY_SIGN_IN = SignIn(
    on_values=(("RAY_AUTH_MODE", ("token",)),),
    off_values=(("RAY_AUTH_MODE", ("disabled",)),),
    default=(Since((0, 0), value=False), Since((2, 61), value=True)),
    source="docs.ray.io/en/latest/ray-security/token-auth.html",
)

_SERVING: tuple[Product, ...] = (
    product(
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
    product(
        "Text Embeddings Inference",
        "endpoint",
        r"text-embeddings-inference|(?:^|/)tei-",
        r"text-embeddings-router",
        (80, 8080),
        sign_in=SignIn(
            on_flags=("--api-key",), on_variables=("API_KEY",), source="huggingface.co/docs/text-embeddings-inference/cli_arguments"
        ),
    ),
    product(
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
    product(
        "SGLang",
        "endpoint",
        r"lmsysorg/sglang|(?:^|/)sglang",
        r"sglang\.launch_server|\bsglang serve\b",
        (30000,),
        sign_in=SignIn(on_flags=("--api-key",), source="docs.sglang.ai/advanced_features/server_arguments.html"),
        tls_flags=("--ssl-certfile",),
    ),
    product(
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
    product(
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
    product(
        "LocalAI",
        "endpoint",
        r"local-?ai(?:$|[-/])",
        r"\blocal-ai run\b",
        (8080,),
        sign_in=SignIn(on_flags=("--api-keys",), on_variables=("LOCALAI_API_KEY", "API_KEY"), source="localai.io/advanced"),
        loads_at_runtime=True,
    ),
    product(
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
    product(
        "TensorFlow Serving",
        "endpoint",
        r"tensorflow/serving|tensorflow-serving",
        r"tensorflow_model_server",
        (8500, 8501),
        sign_in=NO_SIGN_IN,
    ),
    product(
        "TorchServe",
        "endpoint",
        r"torchserve",
        r"\btorchserve\b",
        (8080, 8081, 8082),
        admin_ports=frozenset({8081, 8082}),
        sign_in=SignIn(
            off_values=(("TS_DISABLE_TOKEN_AUTHORIZATION", YES),),
            default=None,
            source="github.com/pytorch/serve/blob/master/docs/token_authorization_api.md",
        ),
    ),
    product("MLServer", "endpoint", r"(?:^|/)mlserver", r"\bmlserver start\b", (8080, 8081), sign_in=NO_SIGN_IN),
    product("KServe model server", "endpoint", r"kserve/(?:\w+server|huggingfaceserver.*)$", "", (8080,), sign_in=NO_SIGN_IN),
    product(
        "NVIDIA NIM",
        "endpoint",
        r"(?:^|/)nim/|nvcr\.io/nim",
        "",
        (8000,),
        sign_in=NO_SIGN_IN,
        variables=("NIM_MODEL_NAME", "NIM_CACHE_PATH"),
    ),
    product(
        "NeMo microservice",
        "ml_app",
        r"nemo-(?:microservices|guardrails|customizer|evaluator|datastore|entity-store)",
        "",
        (8000,),
        sign_in=NO_SIGN_IN,
    ),
    product("TensorRT-LLM", "endpoint", r"tensorrt-?llm", r"trtllm-serve", (8000,), sign_in=NO_SIGN_IN),
    product(
        "NVIDIA Dynamo",
        "endpoint",
        r"ai-dynamo|dynamo-(?:frontend|vllm|sglang)",
        r"dynamo\.(?:frontend|vllm|sglang)",
        (8000,),
        sign_in=NO_SIGN_IN,
    ),
    product("Xinference", "endpoint", r"xinference", r"xinference-local", (9997,), sign_in=DECIDED_ELSEWHERE),
    product(
        "Infinity",
        "endpoint",
        r"michaelf34/infinity",
        "",
        (7997,),
        sign_in=SignIn(on_flags=("--api-key",), on_variables=("INFINITY_API_KEY",)),
    ),
    product("ModelMesh", "endpoint", r"(?:^|/)modelmesh(?:$|-)", "", (8033,), sign_in=NO_SIGN_IN),
    product(
        "Ray",
        "ml_app",
        r"rayproject/ray|ray-llm|(?:^|/)ray(?:$|-ml)|aibrix/ray",
        r"\bray start\b",
        (6379, 8265, 10001),
        sign_in=RAY_SIGN_IN,
        admin_ports=frozenset({6379, 8265, 10001, 52365}),
        variables=("RAY_AUTH_MODE", "RAY_ADDRESS"),
    ),
    product(
        "LiteLLM",
        "gateway",
        r"litellm",
        r"\blitellm\b",
        (4000,),
        variables=("LITELLM_MASTER_KEY",),
        sign_in=SignIn(on_variables=("LITELLM_MASTER_KEY",), default=None, source="docs.litellm.ai/docs/proxy/virtual_keys"),
    ),
    product(
        "Envoy AI Gateway", "gateway", r"envoyproxy/ai-gateway|ai-gateway-(?:extproc|controller)", "", (1975,), sign_in=DECIDED_ELSEWHERE
    ),
    product(
        "agentgateway",
        "gateway",
        r"agentgateway",
        r"\bagentgateway\b",
        (3000, 15000),
        sign_in=DECIDED_ELSEWHERE,
        admin_ports=frozenset({15000, 19000}),
    ),
    product(
        "MCP Context Forge",
        "gateway",
        r"mcp-context-forge|mcpgateway",
        r"\bmcpgateway\b",
        (4444,),
        variables=("MCP_CLIENT_AUTH_ENABLED",),
        sign_in=SignIn(
            on_values=(("AUTH_REQUIRED", YES),),
            off_values=(("AUTH_REQUIRED", NO), ("MCP_CLIENT_AUTH_ENABLED", NO)),
            default=True,
            source="ibm.github.io/mcp-context-forge/manage/securing",
        ),
    ),
    product("Docker MCP Gateway", "gateway", r"docker/mcp-gateway", "", (8811,), sign_in=NO_SIGN_IN),
    product(
        "vLLM router",
        "gateway",
        r"lmstack-router|vllm-router|(?:^|/)llm-d-router",
        r"vllm-router",
        (8000, 80),
        sign_in=SignIn(on_flags=("--api-key",), on_variables=("VLLM_API_KEY",)),
    ),
    product(
        "Inference endpoint picker",
        "gateway",
        r"(?:^|/)epp$|inference-scheduler|gateway-api-inference-extension",
        "",
        (9002,),
        sign_in=NO_SIGN_IN,
    ),
)

PRODUCTS: tuple[Product, ...] = (*_SERVING, *APPS)
BY_NAME = {found.name: found for found in PRODUCTS}
