import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../edge/mosquitto';
import { IN_FILTER, OUT_TOPIC, type Job } from './job';
import { startRestartable, until } from './restartable';
import { PEERS } from './root';
import type { System } from './system';

export const NODE_RED_VERSION = '4.1.15';
export const NODE_RED_FOLDER = join(PEERS, 'node-red');
const ENTRY = join(NODE_RED_FOLDER, 'node_modules', 'node-red', 'red.js');

/** A second per device, closed by an inject node once a second: what a flow does without event time. */
const WINDOW_CODE = `
let windows = context.get('windows');
if (windows === undefined || msg.topic === 'close') {
  if (windows !== undefined) {
    for (const [device, { n, mean, m2, min, max }] of windows) node.send({ payload: { device, n, mean, min, max, sd: n > 1 ? Math.sqrt(m2 / (n - 1)) : null } });
  }
  context.set('windows', windows = new Map());
  if (msg.topic === 'close') return null;
}
const { device, value } = msg.payload;
let open = windows.get(device);
if (open === undefined) windows.set(device, open = { n: 0, mean: 0, m2: 0, min: Infinity, max: -Infinity });
open.n++;
const delta = value - open.mean;
open.mean += delta / open.n;
open.m2 += delta * (value - open.mean);
open.min = Math.min(open.min, value);
open.max = Math.max(open.max, value);
return null;`;
const MAP_CODE = 'msg.payload = { n: msg.payload.n, f: msg.payload.value * 1.8 + 32 }; return msg;';

function flows(job: Job, brokerPort: number): readonly object[] {
  const func = job.name === 'J1' ? WINDOW_CODE : MAP_CODE;
  const session = job.qos === 1 ? { clientid: 'node-red', cleansession: false } : { clientid: '', cleansession: true };
  const common = { z: 'tab', x: 0, y: 0 };
  return [
    { id: 'tab', type: 'tab', label: job.name, disabled: false, info: '' },
    { id: 'broker', type: 'mqtt-broker', name: '', broker: '127.0.0.1', port: String(brokerPort), ...session, autoConnect: true, usetls: false, protocolVersion: '4', keepalive: '60', autoUnsubscribe: false, birthTopic: '', closeTopic: '', willTopic: '' },
    { ...common, id: 'in', type: 'mqtt in', name: '', topic: IN_FILTER, qos: String(job.qos), datatype: 'json', broker: 'broker', nl: false, rap: true, rh: 0, inputs: 0, wires: [['positive']] },
    { ...common, id: 'positive', type: 'switch', name: '', property: 'payload.value', propertyType: 'msg', rules: [{ t: 'gt', v: '0', vt: 'num' }], checkall: 'true', repair: false, outputs: 1, wires: [['work']] },
    { ...common, id: 'work', type: 'function', name: '', func, outputs: 1, timeout: 0, noerr: 0, initialize: '', finalize: '', libs: [], wires: [['out']] },
    { ...common, id: 'out', type: 'mqtt out', name: '', topic: OUT_TOPIC, qos: String(job.qos), retain: 'false', broker: 'broker', wires: [] },
    ...(job.name === 'J1' ? [{ ...common, id: 'close', type: 'inject', name: '', props: [{ p: 'topic', vt: 'str' }], repeat: '1', crontab: '', once: false, onceDelay: 0.1, topic: 'close', wires: [['work']] }] : [])
  ];
}

/** Node-RED as `npm` installs it, its editor left out. */
export const nodeRedSystem: System = {
  name: `Node-RED ${NODE_RED_VERSION}`,
  missing: () => (existsSync(ENTRY) ? null : `not installed; \`npm install node-red@${NODE_RED_VERSION}\` in ${NODE_RED_FOLDER}`),
  start: async ({ job, brokerPort, folder }) => {
    const port = await freePort();
    const settings = { flowFile: 'flows.json', uiHost: '127.0.0.1', uiPort: port, httpAdminRoot: false, credentialSecret: false, logging: { console: { level: 'info', metrics: false, audit: false } } };
    writeFileSync(join(folder, 'settings.js'), `module.exports = ${JSON.stringify(settings)};\n`);
    writeFileSync(join(folder, 'flows.json'), JSON.stringify(flows(job, brokerPort)));
    return startRestartable({
      command: process.execPath,
      args: [ENTRY, '--userDir', folder, '--settings', join(folder, 'settings.js')],
      cwd: folder,
      ready: words => until(() => words().includes('Connected to broker'))
    });
  }
};
