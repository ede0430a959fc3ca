import { dnsLabel, portOf, secretNames, siteArguments, siteVariables } from './values';
import type { DeploymentValues } from './values';

/**
 * A Deployment of one agent with its ConfigMap, volume claim, Service and NetworkPolicy. The Secret and the trust file are
 * named, not held. Fits the "restricted" pod security standard.
 */
export function kubernetesManifest(values: DeploymentValues): string {
  const name = dnsLabel(values.pipeline);
  const labels = `{ app.kubernetes.io/name: ${name}, app.kubernetes.io/part-of: littoral }`;
  const secretFiles = secretNames(values).map(file => ` --from-file=${file}=secrets/${file}`).join('');
  const data = Object.entries(siteVariables(values)).map(([variable, value]) => `\n  ${variable}: ${JSON.stringify(value)}`).join('');
  return `# The image must be in a registry that the cluster knows (K3s: docker save ${name}:${values.release} | k3s ctr images import -). Then, once per site:
#   kubectl create configmap ${name}-trust --from-file=trust/trust.json
#   kubectl create secret generic ${name}${secretFiles}
#   kubectl apply --filename kubernetes.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
  labels: ${labels}
data:${data === '' ? ' {}' : data}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: ${name}
  labels: ${labels}
spec:
  accessModes: [ReadWriteOnce]
  resources: { requests: { storage: "${values.storage}" } }
---
apiVersion: v1
kind: Service
metadata:
  name: ${name}
  labels: ${labels}
  annotations: { prometheus.io/scrape: "true", prometheus.io/port: "${values.httpPort}", prometheus.io/path: /metrics }
spec:
  selector: { app.kubernetes.io/name: ${name} }
  ports: [{ name: http, port: ${values.httpPort}, targetPort: http }]
---
${networkPolicy(values, name, labels)}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels: ${labels}
spec:
  replicas: 1
  # One agent per volume: the old one must have left before the new one starts.
  strategy: { type: Recreate }
  selector: { matchLabels: { app.kubernetes.io/name: ${name} } }
  template:
    metadata:
      labels: { app.kubernetes.io/name: ${name}, app.kubernetes.io/part-of: littoral, app.kubernetes.io/version: "${values.release}" }
    spec:
${podSpec(values, name)}
`;
}

function networkPolicy(values: DeploymentValues, name: string, labels: string): string {
  const ports = [...(values.broker === null ? [] : [portOf(values.broker)]), 443];
  return `# In: metrics, probes, posted messages. Out: names, the broker, servers by https. Anything else needs its port here.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: ${name}
  labels: ${labels}
spec:
  podSelector: { matchLabels: { app.kubernetes.io/name: ${name} } }
  policyTypes: [Ingress, Egress]
  ingress:
    - ports: [{ protocol: TCP, port: ${values.httpPort} }]
  egress:
    - ports: [{ protocol: UDP, port: 53 }, { protocol: TCP, port: 53 }]
    - ports: [${ports.map(port => `{ protocol: TCP, port: ${port} }`).join(', ')}]`;
}

function podSpec(values: DeploymentValues, name: string): string {
  const { uid, httpPort, dataDir, configDir, secretsDir, stopSeconds } = values;
  const site = siteArguments(values, '$(LITTORAL_BROKER)', '$(LITTORAL_TARGET)');
  const variables = Object.keys(siteVariables(values)).map(variable => `\n            - { name: ${variable}, valueFrom: { configMapKeyRef: { name: ${name}, key: ${variable} } } }`).join('');
  return `      automountServiceAccountToken: false
      enableServiceLinks: false
      terminationGracePeriodSeconds: ${stopSeconds}
      securityContext: { runAsNonRoot: true, runAsUser: ${uid}, runAsGroup: ${uid}, fsGroup: ${uid}, seccompProfile: { type: RuntimeDefault } }
      containers:
        - name: agent
          image: "${name}:${values.release}"
          imagePullPolicy: IfNotPresent
          args: ${JSON.stringify(site)}
          env:${variables === '' ? ' []' : variables}
          ports: [{ name: http, containerPort: ${httpPort} }]
          securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }
          resources: { requests: { cpu: "${values.cpuRequest}", memory: "${values.memoryRequest}" }, limits: { memory: "${values.memoryLimit}" } }
          startupProbe: { httpGet: { path: /healthz, port: http }, periodSeconds: 2, failureThreshold: 60 }
          livenessProbe: { httpGet: { path: /healthz, port: http }, periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 6 }
          readinessProbe: { httpGet: { path: /readyz, port: http }, periodSeconds: 5, timeoutSeconds: 3 }
          volumeMounts:
            - { name: data, mountPath: ${dataDir} }
            - { name: trust, mountPath: ${configDir}/trust, readOnly: true }
            - { name: secrets, mountPath: ${secretsDir}, readOnly: true }
            - { name: tmp, mountPath: /tmp }
      volumes:
        - { name: data, persistentVolumeClaim: { claimName: ${name} } }
        - { name: trust, configMap: { name: ${name}-trust } }
        - { name: secrets, secret: { secretName: ${name}, defaultMode: 0440 } }
        - { name: tmp, emptyDir: { sizeLimit: 64Mi } }`;
}
