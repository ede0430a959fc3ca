const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="10" fill="#0b6e7f"/>' +
  '<path d="M6 44c6 0 6-6 13-6s7 6 13 6 6-6 13-6 7 6 13 6" fill="none" stroke="#9fe3e0" stroke-width="4" stroke-linecap="round"/>' +
  '<text x="32" y="31" font-family="sans-serif" font-size="22" font-weight="700" fill="#fff" text-anchor="middle">TS</text></svg>';

/** The kernel's logo as a data URI: a launcher in JupyterLite has no server to ask for a file. */
export const LOGO_URI = `data:image/svg+xml,${encodeURIComponent(SVG)}`;
