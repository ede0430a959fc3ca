import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { servicesPlugin } from './services/plugin';
import { streamsPlugin } from './streams/plugin';

const plugins: JupyterFrontEndPlugin<unknown>[] = [servicesPlugin, streamsPlugin];
export default plugins;
