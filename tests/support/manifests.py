"""A small cluster, a Compose project and a template: weak and hardened things side by side, for tests that run the program on files."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
ACME = ROOT / "examples" / "acme"

WORKLOADS = """\
apiVersion: v1
kind: Namespace
metadata:
  name: ai
  labels: {pod-security.kubernetes.io/enforce: baseline}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: server, namespace: ai}
automountServiceAccountToken: false
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: ai}
rules:
  - apiGroups: [""]
    resources: [secrets]
    verbs: [get, list]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: server-reader, namespace: ai}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects:
  - {kind: ServiceAccount, name: server, namespace: ai}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: weak
  namespace: ai
  labels: {owner: fraud-team}
spec:
  replicas: 1
  selector: {matchLabels: {app: weak}}
  template:
    metadata: {labels: {app: weak}}
    spec:
      serviceAccountName: server
      hostNetwork: true
      containers:
        - name: vllm
          image: vllm/vllm-openai:latest
          args: [--model, org/model, --trust-remote-code, --host, 0.0.0.0]
          ports: [{containerPort: 8000}]
          env:
            - {name: HF_TOKEN, value: hf_abcdefghijklmnopqrstuvwxyz012345}
            - {name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "http://collector.example.com:4317"}
          securityContext: {privileged: true}
          volumeMounts: [{name: models, mountPath: /models}]
      volumes:
        - name: models
          hostPath: {path: /data/models}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: hardened
  namespace: ai
  labels: {owner: fraud-team, environment: production, data-classification: confidential}
spec:
  replicas: 1
  selector: {matchLabels: {app: hardened}}
  template:
    metadata: {labels: {app: hardened}}
    spec:
      serviceAccountName: server
      automountServiceAccountToken: false
      securityContext: {runAsNonRoot: true, runAsUser: 1000, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: vllm
          image: registry.example.com/vllm@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
          command: [vllm, serve]
          args: [/models/m, --api-key, $(API_KEY), --ssl-keyfile, /tls/key.pem, --ssl-certfile, /tls/cert.pem]
          ports: [{containerPort: 8000}]
          env:
            - name: API_KEY
              valueFrom: {secretKeyRef: {name: keys, key: api}}
          resources: {limits: {cpu: "4", memory: 16Gi, nvidia.com/gpu: "1"}}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL]}
          volumeMounts: [{name: models, mountPath: /models, readOnly: true}]
      volumes:
        - name: models
          persistentVolumeClaim: {claimName: models}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: models, namespace: ai}
spec: {storageClassName: fast, accessModes: [ReadWriteOnce], resources: {requests: {storage: 10Gi}}}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast}
provisioner: ebs.csi.aws.com
parameters: {encrypted: "true"}
"""

NETWORK = """\
apiVersion: v1
kind: Service
metadata: {name: weak, namespace: ai}
spec:
  type: LoadBalancer
  selector: {app: weak}
  ports: [{port: 80, targetPort: 8000}]
---
apiVersion: v1
kind: Service
metadata: {name: hardened, namespace: ai}
spec:
  selector: {app: hardened}
  ports: [{port: 443, targetPort: 8000}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: hardened, namespace: ai}
spec:
  tls: [{hosts: [model.example.com], secretName: tls}]
  rules:
    - host: model.example.com
      http:
        paths: [{path: /, pathType: Prefix, backend: {service: {name: hardened, port: {number: 443}}}}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: hardened, namespace: ai}
spec:
  podSelector: {matchLabels: {app: hardened}}
  policyTypes: [Ingress, Egress]
  ingress: [{from: [{podSelector: {matchLabels: {app: gateway}}}], ports: [{port: 8000}]}]
  egress: [{to: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 443}]}]
"""

COMPOSE = """\
services:
  ollama:
    image: ollama/ollama:latest
    ports: ["11434:11434"]
    environment:
      OLLAMA_ORIGINS: "*"
  webui:
    image: ghcr.io/open-webui/open-webui:main
    ports: ["127.0.0.1:3000:8080"]
    environment:
      - OLLAMA_BASE_URL=http://ollama:11434
      - ENABLE_SIGNUP=true
  qdrant:
    image: qdrant/qdrant@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
    read_only: true
    user: "1000:1000"
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    environment: {QDRANT__SERVICE__API_KEY: "${QDRANT_KEY}"}
"""

TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Key: {Type: String}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {Service: sagemaker.amazonaws.com}, Action: "sts:AssumeRole"}]
      Policies:
        - PolicyName: all
          PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}
  Weights:
    Type: AWS::S3::Bucket
    Properties: {BucketName: weights}
  Model:
    Type: AWS::SageMaker::Model
    Properties:
      ExecutionRoleArn: !GetAtt Role.Arn
      PrimaryContainer: {Image: "111122223333.dkr.ecr.us-east-1.amazonaws.com/serve:latest", ModelDataUrl: "s3://weights/model.pkl"}
  Config:
    Type: AWS::SageMaker::EndpointConfig
    Properties:
      KmsKeyId: !Ref Key
      ProductionVariants: [{ModelName: !GetAtt Model.ModelName, VariantName: all, InstanceType: ml.m5.large, InitialInstanceCount: 1}]
  Endpoint:
    Type: AWS::SageMaker::Endpoint
    Properties: {EndpointConfigName: !GetAtt Config.EndpointConfigName}
  Notebook:
    Type: AWS::SageMaker::NotebookInstance
    Properties:
      InstanceType: ml.t3.medium
      RoleArn: !GetAtt Role.Arn
      DirectInternetAccess: Enabled
      Tags: [{Key: owner, Value: fraud-team}]
"""

FILES = {"k8s/workloads.yaml": WORKLOADS, "k8s/network.yaml": NETWORK, "compose/compose.yaml": COMPOSE, "aws/template.yaml": TEMPLATE}


def write_estate(folder: Path) -> Path:
    """The files, below a folder that is a git root of its own; with the example estate too, where there is one."""
    (folder / ".git").mkdir(parents=True)
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
