import { startAgent } from '../../../edge/agent/agent';
import type { AgentOptions } from '../../../edge/agent/agent-api';

/** An agent as a process of its own, for tests that kill it. Says `ready <url>` when it runs. */
async function main(): Promise<void> {
  const options = JSON.parse(process.argv[2] ?? '{}') as AgentOptions;
  const asked = new Promise<void>(resolve => process.once('SIGTERM', () => resolve()));
  const agent = await startAgent({ ...options, log: line => process.stderr.write(`${line}\n`) });
  void asked.then(() => agent.stop());
  process.stdout.write(`ready ${agent.url}\n`);
  await agent.done;
}

main().then(
  () => process.exit(0),
  error => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(3);
  }
);
