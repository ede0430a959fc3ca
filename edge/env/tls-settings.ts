/** How to make sure of the other side over TLS. */
export interface TlsSettings {
  /** PEM texts. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  /** Protocols for ALPN, e.g. `mqtt`, or `x-amzn-mqtt-ca` for AWS IoT on port 443. */
  readonly alpn?: readonly string[];
  /** Default true. */
  readonly rejectUnauthorized?: boolean;
}
