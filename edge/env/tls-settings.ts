/** How to make sure of the other side over TLS. */
export interface TlsSettings {
  /** PEM texts. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  /** Default true. */
  readonly rejectUnauthorized?: boolean;
}
