import { describe, expect, test } from 'vitest';
import { freePort, startMosquitto } from '../mosquitto';
import { documentOf, littoralUnderTest } from './littoral';

const littoral = littoralUnderTest();

describe('broker', () => {
  test('prints a profile with which Mosquitto keeps what it acknowledges', async () => {
    const port = await freePort();
    const printed = await littoral.run(['broker', 'profile', '--port', String(port), '--persistence', '/tmp']);
    expect(printed.code).toBe(0);
    expect(printed.stdout).toContain('max_queued_messages 0');
    const ownLines = printed.stdout.split('\n').filter(line => !/^(#|listener|allow_anonymous|persistence|$)/.test(line));
    const broker = await startMosquitto({ lines: ownLines });
    const checked = await littoral.run(['broker', 'check', '--broker', broker.url, '--json']);
    expect(documentOf(checked)).toMatchObject({ ok: true, sent: 3_000, received: 3_000, findings: [] });
    expect(checked.code).toBe(0);
    await broker.stop();
  });

  test('answers no for a broker that drops', async () => {
    const broker = await startMosquitto({ lines: ['max_queued_messages 100'] });
    const checked = await littoral.run(['broker', 'check', '--broker', broker.url, '--messages', '500']);
    expect(checked.code).toBe(1);
    expect(checked.stdout).toMatch(/FAIL {2}\d+ of 500 acknowledged messages did not come/);
    await broker.stop();
  });

  test.each([
    [['broker', 'check'], '--broker is missing'],
    [['broker', 'fly'], '"fly" is neither check nor profile']
  ])('refuses %j', async (args, words) => {
    const ended = await littoral.run(args);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(words);
  });
});
