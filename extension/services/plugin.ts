import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { PageConfig, URLExt } from '@jupyterlab/coreutils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { DataService } from './data-service';
import { SettingsStore } from './settings';
import { loadSiteConfig } from './site-config';
import { IDataService } from './tokens';

const id = 'littoral:services';

export const servicesPlugin: JupyterFrontEndPlugin<IDataService> = {
  id,
  description: 'Offers the data engine and the lake of this page to other plugins; starts their workers when first asked.',
  autoStart: true,
  provides: IDataService,
  optional: [ISettingRegistry],
  activate: async (_app: JupyterFrontEnd, registry: ISettingRegistry | null) => {
    const settings = registry ? await registry.load(id).catch(() => null) : null;
    const baseUrl = new URL(URLExt.join(PageConfig.getBaseUrl(), '/'), document.baseURI).href;
    const site = loadSiteConfig(baseUrl);
    site.catch((error: unknown) => console.warn(String(error)));
    return new DataService(site, new SettingsStore(settings));
  }
};
