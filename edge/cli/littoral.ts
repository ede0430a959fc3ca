import { main, printFailure } from './main';
import { reserveStdout } from './terminal';

const write = reserveStdout();
const args = process.argv.slice(2);

process.stdout.on('error', endOnClosedPipe);
process.stderr.on('error', endOnClosedPipe);
process.on('uncaughtException', error => void printFailure(error, args.includes('--json'), write).then(code => process.exit(code)));
void main(args, write).then(code => process.exit(code));

/** A reader that has seen enough (`littoral plan x | head`) is no failure. */
function endOnClosedPipe(error: NodeJS.ErrnoException): void {
  process.exit(error.code === 'EPIPE' ? 0 : 3);
}
