import type { DeploymentValues } from './values';
import { dnsLabel, runArguments, siteArguments } from './values';

/** A container image with the agent and this bundle: not root, nothing to write but the data folder, with a health check. */
export function dockerfile(values: DeploymentValues): string {
  const { image, agentVersion, uid, dataDir, configDir, bundleFile, httpPort, broker } = values;
  const probe = `fetch('http://127.0.0.1:${httpPort}/readyz').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))`;
  return `# Build in a folder that holds ${bundleFile} and trust.json:
#   docker build --tag ${dnsLabel(values.pipeline)}:${values.release} .
FROM ${image}
RUN npm install --global --omit=dev littoral@${agentVersion} \\
 && npm cache clean --force \\
 && install --directory --owner=${uid} --group=${uid} --mode=0750 ${dataDir}
COPY --chmod=0444 ${bundleFile} trust.json ${configDir}/
USER ${uid}:${uid}
VOLUME ["${dataDir}"]
EXPOSE ${httpPort}
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["node", "-e", ${JSON.stringify(probe)}]
ENTRYPOINT ${JSON.stringify(['littoral', ...runArguments(values, '0.0.0.0')])}
CMD ${JSON.stringify(siteArguments(values, broker, values.target ?? ''))}
`;
}
