import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { lakePlugin } from './lake/plugin';
import { launcherPlugin } from './launcher/plugin';
import { editorPlugin } from './editor/plugin';
import { exportPlugin } from './export/plugin';
import { kernelPlugin } from './kernel/plugin';
import { servicesPlugin } from './services/plugin';
import { runsPlugin } from './runs/plugin';
import { streamsPlugin } from './streams/plugin';

const plugins: JupyterFrontEndPlugin<unknown>[] = [servicesPlugin, kernelPlugin, streamsPlugin, runsPlugin, lakePlugin, exportPlugin, editorPlugin, launcherPlugin];
export default plugins;
