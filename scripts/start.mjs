// npm start: installs, builds and serves the workbench; stays in the foreground.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { guarded, prepare, root, say } from './setup.mjs';

await guarded(async () => {
  await prepare();
  say('starting …');
  const station = spawn(process.execPath, [join(root, 'lib/edge/station.mjs'), ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
  // On a terminal Ctrl-C reaches the station too; the station ignores the second signal.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => station.kill(signal));
  process.exitCode = await new Promise(done => station.on('exit', code => done(code ?? 1)));
});
