import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../edge/mosquitto';
import { IN_FILTER, OUT_TOPIC, type Job } from './job';
import { startRestartable, until } from './restartable';
import { PEERS } from './root';
import type { System } from './system';

export const EKUIPER_VERSION = '2.4.0';
export const EKUIPER_FOLDER = join(PEERS, 'ekuiper');
const BINARY = join(EKUIPER_FOLDER, 'kuiperd');

const SQL: Readonly<Record<Job['name'], string>> = {
  J1: 'SELECT device, count(*) AS n, avg(value) AS mean, min(value) AS min, max(value) AS max, stddevs(value) AS sd FROM readings WHERE value > 0 GROUP BY device, TUMBLINGWINDOW(ss, 1)',
  J2: 'SELECT n, value * 1.8 + 32 AS f FROM readings WHERE value > 0',
  J3: 'SELECT n, value * 1.8 + 32 AS f FROM readings WHERE value > 0'
};
const STREAM = `CREATE STREAM readings (device STRING, t BIGINT, n BIGINT, value FLOAT) WITH (DATASOURCE="${IN_FILTER}", FORMAT="json", TYPE="mqtt")`;

/** J3: exactly-once rule with a checkpoint each second, persistent session, sink cache with its own sizes (smaller ones lose rows without any fault). */
function rule(job: Job, server: string): object {
  const durable = job.qos === 1;
  return {
    id: job.name.toLowerCase(),
    sql: SQL[job.name],
    actions: [{ mqtt: { server, topic: OUT_TOPIC, qos: job.qos, sendSingle: true, ...(durable ? { enableCache: true } : {}) } }],
    options: durable ? { qos: 2, checkpointInterval: '1s' } : {}
  };
}

/** eKuiper's server, built from its module. */
export const ekuiperSystem: System = {
  name: `eKuiper ${EKUIPER_VERSION}`,
  missing: () => (existsSync(BINARY) ? null : `not installed; ${BINARY} is built from github.com/lf-edge/ekuiper/v2@v${EKUIPER_VERSION} with Go 1.25.4 or newer`),
  start: async ({ job, brokerPort, folder }) => {
    const [restPort, cliPort, pushPort] = [await freePort(), await freePort(), await freePort()];
    const server = `tcp://127.0.0.1:${brokerPort}`;
    cpSync(join(EKUIPER_FOLDER, 'src', 'etc'), join(folder, 'etc'), { recursive: true });
    for (const name of ['data', 'log', 'plugins']) mkdirSync(join(folder, name), { recursive: true });
    const session = job.qos === 1 ? '  clientid: ekuiper\n  enableClientSession: true\n' : '';
    writeFileSync(join(folder, 'etc', 'mqtt_source.yaml'), `default:\n  qos: ${job.qos}\n  server: "${server}"\n  protocolVersion: "3.1.1"\n${session}`);
    const rest = `http://127.0.0.1:${restPort}`;
    const subject = await startRestartable({
      command: BINARY,
      args: [],
      cwd: folder,
      env: { KuiperBaseKey: folder, KUIPER__BASIC__RESTIP: '127.0.0.1', KUIPER__BASIC__RESTPORT: String(restPort), KUIPER__BASIC__IP: '127.0.0.1', KUIPER__BASIC__PORT: String(cliPort), KUIPER__BASIC__PPROF: 'false', KUIPER__SOURCE__HTTPSERVERIP: '127.0.0.1', KUIPER__SOURCE__HTTPSERVERPORT: String(pushPort) },
      ready: () => until(async () => (await fetch(`${rest}/ping`).catch(() => null))?.ok === true)
    });
    await post(`${rest}/streams`, { sql: STREAM });
    await post(`${rest}/rules`, rule(job, server));
    await until(async () => (await (await fetch(`${rest}/rules/${job.name.toLowerCase()}/status`)).text()).includes('"running"'));
    return subject;
  }
};

async function post(url: string, body: object): Promise<void> {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`eKuiper: ${url} answers ${answer.status} ${await answer.text()}`);
}
