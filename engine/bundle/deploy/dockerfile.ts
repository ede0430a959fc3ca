import { agentPackage, containerPlaces, dnsLabel, runArguments, secretNames, siteArguments } from './values';
import type { DeploymentValues } from './values';

/** A container image with the agent and this bundle: not root, nothing to write but the data folder, with a health check. */
export function dockerfile(values: DeploymentValues): string {
  const { image, uid, dataDir, configDir, bundleFile, httpPort, secretsDir } = values;
  const probe = `fetch('http://127.0.0.1:${httpPort}/healthz').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))`;
  const name = dnsLabel(values.pipeline);
  const agent = agentPackage(values);
  return `# Build in a folder that holds ${bundleFile} and the agent, ${agent} (npm pack in a built clone of Littoral):
#   docker build --tag ${name}:${values.release} .
# The image holds no secret and no trust file: the site mounts ${[`${configDir}/trust/trust.json`, ...secretNames(values).map(secret => `${secretsDir}/${secret}`)].join(', ')}.
FROM ${image} AS agent
COPY ${agent} /tmp/
RUN npm install --global --omit=dev /tmp/${agent}
${PRUNING}
FROM ${image}
LABEL org.opencontainers.image.title="${name}" org.opencontainers.image.version="${values.release}"
COPY --from=agent /usr/local/lib/node_modules/littoral /usr/local/lib/node_modules/littoral
RUN ln --symbolic ../lib/node_modules/littoral/edge/littoral.mjs /usr/local/bin/littoral \\
 && install --directory --owner=${uid} --group=${uid} --mode=0750 ${dataDir}
COPY --chmod=0444 ${bundleFile} ${configDir}/
USER ${uid}:${uid}
VOLUME ["${dataDir}"]
EXPOSE ${httpPort}
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD ["node", "-e", ${JSON.stringify(probe)}]
ENTRYPOINT ${JSON.stringify(['littoral', ...runArguments(values, containerPlaces(values))])}
CMD ${JSON.stringify(siteArguments(values, values.broker ?? '', values.target ?? ''))}
`;
}

/** What this platform does not run: other builds of ONNX Runtime and SQLite, the workbench, sources and types. 194 MB become 54 MB. */
const PRUNING = `WORKDIR /usr/local/lib/node_modules/littoral
RUN find node_modules/onnxruntime-web/dist -type f ! -name ort.wasm.bundle.min.mjs ! -name ort-wasm-simd-threaded.wasm ! -name ort-wasm-simd-threaded.mjs -delete \\
 && find node_modules/@photostructure/sqlite/prebuilds -mindepth 1 -maxdepth 1 ! -name "linux-$(node --print process.arch)" -exec rm --recursive {} + \\
 && rm --recursive --force style lib/engine lib/extension lib/worker lib/kernels node_modules/@types node_modules/undici-types node_modules/node-addon-api node_modules/@photostructure/sqlite/src
`;
