import { LabIcon } from '@jupyterlab/ui-components';
import { LOGO_URI } from '../../kernels/typescript/logo';

const icon = (name: string, body: string): LabIcon =>
  new LabIcon({
    name: `littoral:${name}`,
    svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24"><g class="jp-icon3 jp-icon-selectable" fill="#616161">${body}</g></svg>`
  });
const line = (d: string): string => `<path d="${d}" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/>`;

export const streamsIcon = icon(
  'streams',
  '<path d="M2 8c2.5 0 2.5-2.4 5-2.4S9.5 8 12 8s2.5-2.4 5-2.4S19.5 8 22 8v2c-2.5 0-2.5-2.4-5-2.4S14.5 10 12 10s-2.5-2.4-5-2.4S4.5 10 2 10zM2 13c2.5 0 2.5-2.4 5-2.4S9.5 13 12 13s2.5-2.4 5-2.4 2.5 2.4 5 2.4v2c-2.5 0-2.5-2.4-5-2.4S14.5 15 12 15s-2.5-2.4-5-2.4S4.5 15 2 15zM2 18c2.5 0 2.5-2.4 5-2.4S9.5 18 12 18s2.5-2.4 5-2.4 2.5 2.4 5 2.4v2c-2.5 0-2.5-2.4-5-2.4S14.5 20 12 20s-2.5-2.4-5-2.4S4.5 20 2 20z"/>'
);
export const lakeIcon = icon(
  'lake',
  '<path d="M12 3c4.7 0 8.5 1.5 8.5 3.4v11.2c0 1.9-3.8 3.4-8.5 3.4s-8.5-1.5-8.5-3.4V6.4C3.5 4.5 7.3 3 12 3zm0 2C8.4 5 5.7 5.9 5.6 6.4c.1.5 2.8 1.4 6.4 1.4s6.3-.9 6.4-1.4C18.3 5.9 15.6 5 12 5zM5.5 9v3c.4.5 3 1.4 6.5 1.4s6.1-.9 6.5-1.4V9c-1.6.7-3.9 1.1-6.5 1.1S7.1 9.7 5.5 9zm0 5.7v2.9c.2.5 2.9 1.4 6.5 1.4s6.3-.9 6.5-1.4v-2.9c-1.6.7-3.9 1.1-6.5 1.1s-4.9-.4-6.5-1.1z"/>'
);
export const pipelineIcon = icon(
  'pipeline',
  '<path d="M4 9h4a1 1 0 0 1 1 1v1h6v-1a1 1 0 0 1 1-1h4a1 1 0 0 1 1 1v4a1 1 0 0 1-1 1h-4a1 1 0 0 1-1-1v-1H9v1a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-4a1 1 0 0 1 1-1zm1 2v2h2v-2zm12 0v2h2v-2z"/>'
);
export const runsIcon = icon('runs', '<path d="M3 12h4l3-8 4 15 3-7h4v2h-2.7l-4.6 9.5L9.8 9.9 8.4 14H3z"/>');
/** The kernel's own logo, so that launcher, tabs and kernel menu show the same picture. */
export const typescriptIcon = new LabIcon({ name: 'littoral:typescript', svgstr: decodeURIComponent(LOGO_URI.slice(LOGO_URI.indexOf(',') + 1)) });
export const lessonIcon = icon('lesson', '<path d="M12 4 1 10l11 6 9-4.9V18h2v-8zM5 14.2v4L12 22l7-3.8v-4l-7 3.8z"/>');
export const topicIcon = icon('topic', '<circle cx="12" cy="12" r="3.5"/>');
export const recordingIcon = icon('recording', `<circle cx="12" cy="12" r="4.5"/><circle cx="12" cy="12" r="8.5" fill="none" stroke="currentColor" stroke-width="2"/>`);
export const tableIcon = icon('table', '<path d="M4 4h16a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zm1 2v3h14V6zm0 5v2.5h5V11zm7 0v2.5h7V11zm-7 4.5V18h5v-2.5zm7 0V18h7v-2.5z"/>');
export const partitionIcon = icon('partition', '<path d="M3 5h7l2 2h9v12H3zm2 4v8h14V9z"/>');
export const parquetIcon = icon('parquet', '<path d="M6 2h8l5 5v15H6zm2 2v16h9V8h-4V4zm1.5 7h6v2h-6zm0 4h6v2h-6z"/>');
export const pauseIcon = icon('pause', '<path d="M7 5h3.5v14H7zm6.5 0H17v14h-3.5z"/>');
export const playIcon = icon('play', '<path d="M8 5v14l11-7z"/>');
export const stopIcon = icon('stop', '<path d="M6 6h12v12H6z"/>');
export const replayIcon = icon('replay', '<path d="M12 5V1L7 6l5 5V7a6 6 0 1 1-6 6H4a8 8 0 1 0 8-8z"/>');
export const exportIcon = icon('export', '<path d="M19 12v7H5v-7H3v7a2 2 0 0 0 2 2h14a2 2 0 0 0 2-2v-7zm-8 .7L8.4 10 7 11.4l5 5 5-5L15.6 10 13 12.6V3h-2z"/>');
export const trashIcon = icon('trash', '<path d="M6 7h12v13a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1zm2 2v10h8V9zm1.5-6h5l1 1H20v2H4V4h4.5z"/>');
export const plusIcon = icon('plus', '<path d="M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z"/>');
export const plugIcon = icon('plug', `${line('M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4')}`);
export const closeIcon = icon('close', '<path d="M18.3 7.1 16.9 5.7 12 10.6 7.1 5.7 5.7 7.1 10.6 12l-4.9 4.9 1.4 1.4 4.9-4.9 4.9 4.9 1.4-1.4L13.4 12z"/>');
export const refreshIcon = icon('refresh', '<path d="M17.6 6.4A8 8 0 1 0 19.7 14h-2.1a6 6 0 1 1-1.4-6.2L13 11h7V4z"/>');
export const caretIcon = icon('caret', '<path d="M9 6l6 6-6 6z"/>');
