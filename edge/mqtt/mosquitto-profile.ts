/** Where and how a Mosquitto for agents runs. */
export interface MosquittoProfile {
  readonly port: number;
  /** Address that it listens on. */
  readonly host: string;
  /** Folder for sessions and queued messages; `null`: they are lost with the process. */
  readonly persistenceDir: string | null;
  /** Password file made by `mosquitto_passwd`; `null`: anybody may connect. */
  readonly passwordFile: string | null;
  /** Certificate files; `null`: no TLS. */
  readonly tls: { readonly caFile: string; readonly certFile: string; readonly keyFile: string; readonly requireCertificate: boolean } | null;
}

/**
 * A configuration of Mosquitto 2 that keeps what it has acknowledged: no limit on queued messages (the default drops beyond
 * 1 000 in silence), sessions on disk after every change, no delay before small packets.
 */
export function mosquittoConfig(profile: MosquittoProfile): string {
  const { port, host, persistenceDir, passwordFile, tls } = profile;
  return [
    '# Mosquitto 2 for Littoral agents: keeps what it acknowledges.',
    `listener ${port} ${host}`,
    ...(tls === null ? [] : [`cafile ${tls.caFile}`, `certfile ${tls.certFile}`, `keyfile ${tls.keyFile}`, 'tls_version tlsv1.2', ...(tls.requireCertificate ? ['require_certificate true'] : [])]),
    ...(passwordFile === null ? ['allow_anonymous true'] : ['allow_anonymous false', `password_file ${passwordFile}`]),
    '',
    '# Default 1000: everything beyond is dropped without a word while a subscriber is away. 0: no limit but memory and disk.',
    'max_queued_messages 0',
    '# Default 20: so few messages may be unacknowledged at once. 0: as many as the subscriber allows.',
    'max_inflight_messages 0',
    '# Sessions of agents that stay away for longer are forgotten.',
    'persistent_client_expiration 14d',
    '# Without it small packets wait up to 50 ms for company.',
    'set_tcp_nodelay true',
    '',
    ...(persistenceDir === null
      ? ['# Sessions and queued messages are lost when this process ends.', 'persistence false']
      : [
          `persistence true`,
          `persistence_location ${persistenceDir.endsWith('/') ? persistenceDir : `${persistenceDir}/`}`,
          '# Default 1800 s: a kill of the broker loses what came since. Now: one second after a change.',
          'autosave_on_changes true',
          'autosave_interval 1'
        ]),
    ''
  ].join('\n');
}
