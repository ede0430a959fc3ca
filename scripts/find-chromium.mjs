// A Chromium for the browser tests: $LITTORAL_CHROMIUM, an installed one, Debian's package, or the one packaged on npm (linux-x64).
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { canInstallDebianPackages, installDebianPackages, root, SetupError } from './setup.mjs';

const installed = {
  linux: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable', '/opt/google/chrome/chrome', '/snap/bin/chromium', '/usr/bin/microsoft-edge'],
  darwin: ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium', '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge'],
  win32: ['C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe', 'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe']
};
const firstInstalled = () => (installed[process.platform] ?? []).find(existsSync);

/** `{ path, env }` of a browser; throws one sentence when there is none. */
export function findChromium() {
  if (process.env.LITTORAL_CHROMIUM) return { path: process.env.LITTORAL_CHROMIUM, env: {} };
  const path = firstInstalled() ?? (canInstallDebianPackages() && installDebianPackages(['chromium']) ? firstInstalled() : undefined);
  if (path) return { path, env: {} };
  const packaged = process.platform === 'linux' && process.arch === 'x64' ? unpackPackaged() : null;
  if (packaged) return packaged;
  throw new SetupError('the browser tests need Chromium or Chrome: install it (Debian, Ubuntu: apt install chromium) or set LITTORAL_CHROMIUM to its path.');
}

function unpackPackaged() {
  const require = createRequire(join(root, 'package.json'));
  const dir = dirname(dirname(dirname(require.resolve('@sparticuz/chromium'))));
  const { version } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
  const out = join(root, '.cache', `chromium-${version}`);
  if (!existsSync(out)) unpackInto(dir, out);
  // Its own NSS, used only where the system has none; its fonts through fontconfig.
  const libraries = existsSync('/usr/lib/x86_64-linux-gnu/libnss3.so') ? {} : { LD_LIBRARY_PATH: [join(out, 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':') };
  return { path: join(out, 'chromium'), env: { ...libraries, FONTCONFIG_FILE: join(out, 'fonts.conf') } };
}

/** Unpacks beside and renames, because two runs may race. */
function unpackInto(dir, out) {
  const staging = `${out}.${process.pid}`;
  mkdirSync(staging, { recursive: true });
  writeFileSync(join(staging, 'chromium'), brotliDecompressSync(readFileSync(join(dir, 'bin/chromium.br'))));
  chmodSync(join(staging, 'chromium'), 0o755);
  for (const name of ['al2023', 'swiftshader', 'fonts']) {
    const archive = join(dir, `bin/${name}.tar.br`);
    if (existsSync(archive)) execFileSync('tar', ['xf', '-', '-C', staging], { input: brotliDecompressSync(readFileSync(archive)) });
  }
  const fonts = `<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>${join(out, 'fonts')}</dir><cachedir>${join(out, 'fontcache')}</cachedir></fontconfig>`;
  writeFileSync(join(staging, 'fonts.conf'), `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">${fonts}`);
  try {
    renameSync(staging, out);
  } catch (error) {
    rmSync(staging, { recursive: true, force: true });
    if (!existsSync(out)) throw error;
  }
}
