import { main } from './main';

process.stdout.on('error', endOnClosedPipe);
process.stderr.on('error', endOnClosedPipe);
main(process.argv.slice(2)).then(code => process.exit(code));

/** A reader that has seen enough (`littoral plan x | head`) is no failure. */
function endOnClosedPipe(error: NodeJS.ErrnoException): void {
  process.exit(error.code === 'EPIPE' ? 0 : 3);
}
