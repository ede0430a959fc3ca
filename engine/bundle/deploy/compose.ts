import { agentPackage, dnsLabel, secretNames, siteArguments } from './values';
import type { DeploymentValues } from './values';

/** A Compose file: read-only root, no capabilities, secrets as files, a named volume for the data, metrics on the loopback only. */
export function composeFile(values: DeploymentValues): string {
  const name = dnsLabel(values.pipeline);
  const site = siteArguments(values, `\${LITTORAL_BROKER:-${values.broker}}`, `\${LITTORAL_TARGET:-${values.target}}`);
  const { release, uid, httpPort, dataDir, configDir, secretsDir, memoryLimit, stopSeconds } = values;
  const secrets = secretNames(values);
  const needed = secrets.length === 0 ? '' : `, and the secrets ${secrets.map(secret => `secrets/${secret}`).join(', ')} (readable by user ${uid}: chmod 0400, chown ${uid})`;
  return `# docker compose up --build --detach
# Beside this file: ${values.bundleFile}, ${agentPackage(values)}, trust/trust.json${needed}.
name: ${name}
services:
  agent:
    build: .
    image: "${name}:${release}"
    command: ${JSON.stringify(site)}
    user: "${uid}:${uid}"
    read_only: true
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    tmpfs: ["/tmp:size=64m,mode=1777"]
    mem_limit: "${memoryLimit.replace(/i$/, '').toLowerCase()}"
    pids_limit: 128
    restart: unless-stopped
    stop_grace_period: ${stopSeconds}s
    ports: ["127.0.0.1:${httpPort}:${httpPort}"]
    volumes:
      - "data:${dataDir}"
      - "./trust:${configDir}/trust:ro"
${secrets.length === 0 ? '' : `    secrets:\n${secrets.map(secret => `      - { source: ${secretId(secret)}, target: ${secretsDir}/${secret} }\n`).join('')}`}    logging:
      driver: json-file
      options: { max-size: "10m", max-file: "3" }
${secrets.length === 0 ? '' : `secrets:\n${secrets.map(secret => `  ${secretId(secret)}: { file: ./secrets/${secret} }\n`).join('')}`}volumes:
  data: {}
`;
}

/** Name of a secret within Compose, which takes no dots at the start and no slashes. */
function secretId(file: string): string {
  return file.replace(/\.json$/, '').replace(/[^A-Za-z0-9_-]/g, '-');
}
