import { describe, expect, it } from 'vitest';
import { parseSettings, withoutPassword } from '../../../extension/services/settings';
import { loadSiteConfig, NOTHING_OFFERED, parseSiteConfig } from '../../../extension/services/site-config';

const base = 'http://127.0.0.1:8888/lite/';

describe('site configuration', () => {
  it('resolves addresses on the site', () => {
    expect(parseSiteConfig({ version: 1, broker: { name: 'plant', wsUrl: 'ws://127.0.0.1:1884/mqtt' }, agent: { url: '/littoral/agent' }, lake: { url: '/littoral/lake' } }, base)).toEqual({
      broker: { name: 'plant', wsUrl: 'ws://127.0.0.1:1884/mqtt' },
      agent: { url: 'http://127.0.0.1:8888/littoral/agent' },
      lake: { url: 'http://127.0.0.1:8888/littoral/lake/' }
    });
  });

  it('offers nothing for null and for what is missing', () => {
    expect(parseSiteConfig({ version: 1, broker: null }, base)).toEqual(NOTHING_OFFERED);
  });

  it.each([
    [[], 'not an object'],
    [{ version: 2 }, 'version'],
    [{ version: 1, broker: { name: 'a', wsUrl: 'http://x' } }, 'does not start with ws:'],
    [{ version: 1, lake: { url: 'javascript:alert(1)' } }, 'does not start with http:'],
    [{ version: 1, agent: 7 }, 'not an object']
  ])('refuses %j', (json, words) => expect(() => parseSiteConfig(json, base)).toThrowError(words));

  it('takes a site without the file, and a page instead of it, as no offer', async () => {
    const answer = (response: Response | null) => loadSiteConfig(base, () => (response ? Promise.resolve(response) : Promise.reject(new TypeError('offline'))));
    expect(await answer(new Response('', { status: 404 }))).toEqual(NOTHING_OFFERED);
    expect(await answer(new Response('<html>', { headers: { 'content-type': 'text/html' } }))).toEqual(NOTHING_OFFERED);
    expect(await answer(null)).toEqual(NOTHING_OFFERED);
    await expect(answer(new Response('{', { headers: { 'content-type': 'application/json' } }))).rejects.toMatchObject({ code: 'SITE_CONFIG' });
  });
});

describe('settings', () => {
  it('fall back to their defaults one by one', () => {
    expect(parseSettings({ typeErrors: 'block', queryRowsMax: -1, brokers: [{ name: 'a', url: 'ws://a' }, { name: '', url: 'ws://b' }, 7, { name: 'c', url: 'http://c' }] })).toEqual({ brokers: [{ name: 'a', url: 'ws://a' }], typeErrors: 'block', queryRowsMax: 10_000, chartMinutes: 5 });
  });

  it('never hold a password', () => {
    expect(withoutPassword({ name: 'a', url: 'ws://a', username: 'u', password: 'p' })).toEqual({ name: 'a', url: 'ws://a', username: 'u' });
    expect(parseSettings({ brokers: [{ name: 'a', url: 'ws://a', password: 'p' }] }).brokers).toEqual([{ name: 'a', url: 'ws://a' }]);
  });
});
