import { describe, expect, it } from 'vitest';
import { formProblem, readForm } from '../../../extension/streams/connection-form';
import { connectionWords } from '../../../extension/streams/connection-words';

const empty = { url: '', name: '', username: '', password: '', clientId: '', keepalive: '' };

describe('connection form', () => {
  it('names a connection after the host and leaves out what is empty', () => {
    expect(readForm({ ...empty, url: ' ws://plant.example:9001/mqtt ' })).toEqual({ name: 'plant.example', url: 'ws://plant.example:9001/mqtt' });
  });

  it('keeps what is given under More', () => {
    expect(readForm({ ...empty, url: 'wss://a/', name: 'cloud', username: 'u', password: 'p', keepalive: '30' })).toEqual({ name: 'cloud', url: 'wss://a/', username: 'u', password: 'p', keepaliveSeconds: 30 });
  });

  it.each([
    ['tcp://host:1883', /ws:\/\/ or wss:\/\//],
    ['', /ws:\/\/ or wss:\/\//],
    ['ws://user:secret@host', /put them under "More"/]
  ])('refuses the URL "%s" in words', (url, words) => expect(formProblem({ name: 'a', url }, [])).toMatch(words));

  it('refuses a name that is taken', () => {
    expect(formProblem({ name: 'plant', url: 'ws://a' }, ['plant'])).toMatch(/another connection/);
    expect(formProblem({ name: 'plant', url: 'ws://a' }, [])).toBeNull();
  });
});

describe('connection state in words', () => {
  it.each([
    [{ state: 'connected', sinceMs: 0, protocol: 'MQTT 3.1.1' } as const, '● connected'],
    [{ state: 'offline' } as const, '○ not connected'],
    [{ state: 'offline', since: 0 } as const, '○ offline (2\u202fmin)'],
    [{ state: 'connecting', attempt: 1 } as const, '◌ connecting'],
    [{ state: 'connecting', attempt: 3 } as const, '◌ connecting, try 3'],
    [{ state: 'connecting', attempt: 3, retryAtMs: 127_400 } as const, '◌ retry in 8\u202fs']
  ])('says %j as "%s"', (status, words) => expect(connectionWords(status, 120_000).short).toBe(words));
});
