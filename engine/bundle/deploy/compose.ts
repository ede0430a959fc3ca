import type { DeploymentValues } from './values';
import { dnsLabel, siteArguments } from './values';

/** A Compose file: read-only root, no capabilities, a named volume for the data, metrics on the loopback only. */
export function composeFile(values: DeploymentValues): string {
  const name = dnsLabel(values.pipeline);
  const site = siteArguments(values, `\${LITTORAL_BROKER:-${values.broker}}`, `\${LITTORAL_TARGET:-${values.target}}`);
  const { release, uid, httpPort, dataDir, memoryLimit, stopSeconds } = values;
  return `# docker compose up --build --detach
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
    volumes: ["data:${dataDir}"]
    logging:
      driver: json-file
      options: { max-size: "10m", max-file: "3" }
volumes:
  data: {}
`;
}
