import type { DeploymentValues } from './values';
import { dnsLabel, siteArguments } from './values';

/** A StatefulSet of one agent with its own volume, a Secret with the broker's address, a Service for its metrics. Fits the "restricted" pod security standard. */
export function kubernetesManifest(values: DeploymentValues): string {
  const name = dnsLabel(values.pipeline);
  return `# kubectl apply --filename kubernetes.yaml   (after the image has been pushed to a registry that the cluster knows)
apiVersion: v1
kind: Secret
metadata:
  name: ${name}
  labels: { app.kubernetes.io/name: ${name}, app.kubernetes.io/part-of: littoral }
stringData: { broker: ${JSON.stringify(values.broker)} }
---
apiVersion: v1
kind: Service
metadata:
  name: ${name}
  labels: { app.kubernetes.io/name: ${name}, app.kubernetes.io/part-of: littoral }
  annotations: { prometheus.io/scrape: "true", prometheus.io/port: "${values.httpPort}", prometheus.io/path: /metrics }
spec:
  clusterIP: None
  selector: { app.kubernetes.io/name: ${name} }
  ports: [{ name: http, port: ${values.httpPort}, targetPort: http }]
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: ${name}
  labels: { app.kubernetes.io/name: ${name}, app.kubernetes.io/part-of: littoral }
spec:
  serviceName: ${name}
  replicas: 1
  selector: { matchLabels: { app.kubernetes.io/name: ${name} } }
  template:
    metadata:
      labels: { app.kubernetes.io/name: ${name}, app.kubernetes.io/part-of: littoral, app.kubernetes.io/version: "${values.release}" }
    spec:
${podSpec(values, name)}
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: "${values.storage}" } } }
`;
}

function podSpec(values: DeploymentValues, name: string): string {
  const { uid, httpPort, dataDir, stopSeconds } = values;
  const site = siteArguments(values, '$(LITTORAL_BROKER)', values.target ?? '');
  return `      automountServiceAccountToken: false
      terminationGracePeriodSeconds: ${stopSeconds}
      securityContext: { runAsNonRoot: true, runAsUser: ${uid}, runAsGroup: ${uid}, fsGroup: ${uid}, seccompProfile: { type: RuntimeDefault } }
      containers:
        - name: agent
          image: "${name}:${values.release}"
          args: ${JSON.stringify(site)}
          env: [{ name: LITTORAL_BROKER, valueFrom: { secretKeyRef: { name: ${name}, key: broker } } }]
          ports: [{ name: http, containerPort: ${httpPort} }]
          securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }
          resources: { requests: { cpu: "${values.cpuRequest}", memory: "${values.memoryRequest}" }, limits: { memory: "${values.memoryLimit}" } }
          startupProbe: { httpGet: { path: /healthz, port: http }, periodSeconds: 2, failureThreshold: 60 }
          livenessProbe: { httpGet: { path: /healthz, port: http }, periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 6 }
          readinessProbe: { httpGet: { path: /readyz, port: http }, periodSeconds: 5, timeoutSeconds: 3 }
          volumeMounts: [{ name: data, mountPath: ${dataDir} }, { name: tmp, mountPath: /tmp }]
      volumes: [{ name: tmp, emptyDir: { sizeLimit: 64Mi } }]`;
}
