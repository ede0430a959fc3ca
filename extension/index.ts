import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { servicesPlugin } from './services/plugin';
import { runsPlugin } from './runs/plugin';
import { streamsPlugin } from './streams/plugin';

const plugins: JupyterFrontEndPlugin<unknown>[] = [servicesPlugin, streamsPlugin, runsPlugin];
export default plugins;
