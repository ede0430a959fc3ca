import { containerPlaces, dnsLabel, runArguments, siteArguments } from './values';
import type { DeploymentValues } from './values';

/** A container image with the agent and this bundle: not root, nothing to write but the data folder, with a health check. */
export function dockerfile(values: DeploymentValues): string {
  const { image, agentVersion, uid, dataDir, configDir, bundleFile, httpPort, broker } = values;
  const probe = `fetch('http://127.0.0.1:${httpPort}/healthz').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))`;
  const name = dnsLabel(values.pipeline);
  return `# Build in a folder that holds ${bundleFile}:
#   docker build --tag ${name}:${values.release} .
# The image holds no secret and no trust file: the site mounts ${configDir}/trust/trust.json and ${values.secretsDir}/broker (user:password).
FROM ${image}
LABEL org.opencontainers.image.title="${name}" org.opencontainers.image.version="${values.release}"
RUN npm install --global --omit=dev littoral@${agentVersion} \\
 && npm cache clean --force \\
 && install --directory --owner=${uid} --group=${uid} --mode=0750 ${dataDir}
COPY --chmod=0444 ${bundleFile} ${configDir}/
USER ${uid}:${uid}
VOLUME ["${dataDir}"]
EXPOSE ${httpPort}
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD ["node", "-e", ${JSON.stringify(probe)}]
ENTRYPOINT ${JSON.stringify(['littoral', ...runArguments(values, containerPlaces(values))])}
CMD ${JSON.stringify(siteArguments(values, broker, values.target ?? ''))}
`;
}
