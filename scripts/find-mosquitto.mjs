// A real Mosquitto for the tests: $LITTORAL_MOSQUITTO, an installed one, or Debian's package.
import { existsSync } from 'node:fs';
import { canInstallDebianPackages, installDebianPackages, SetupError } from './setup.mjs';

const places = ['/usr/sbin/mosquitto', '/usr/bin/mosquitto', '/usr/local/sbin/mosquitto', '/opt/homebrew/sbin/mosquitto', '/usr/local/opt/mosquitto/sbin/mosquitto'];

export function findMosquitto() {
  if (process.env.LITTORAL_MOSQUITTO) return process.env.LITTORAL_MOSQUITTO;
  const found = places.find(existsSync) ?? (canInstallDebianPackages() && installDebianPackages(['mosquitto', 'mosquitto-clients']) ? places.find(existsSync) : undefined);
  if (found) return found;
  throw new SetupError('the tests need the Mosquitto broker: install it (Debian, Ubuntu: apt install mosquitto) or set LITTORAL_MOSQUITTO to its path.');
}
