import type { DeploymentValues } from './values';
import { dnsLabel, runArguments, siteArguments } from './values';

/** A systemd unit for a machine without containers: its own user, a read-only system, the data under /var/lib. */
export function systemdUnit(values: DeploymentValues): string {
  const name = dnsLabel(values.pipeline);
  const local = { ...values, dataDir: `/var/lib/${name}`, configDir: `/etc/${name}`, lakeDir: values.lakeDir === null ? null : `/var/lib/${name}/lake` };
  return `# Put ${values.bundleFile} and trust.json into ${local.configDir}, this file into /etc/systemd/system/${name}.service, then:
#   systemctl daemon-reload && systemctl enable --now ${name}
[Unit]
Description=Littoral pipeline ${values.pipeline}, release ${values.release}
Wants=network-online.target
After=network-online.target

[Service]
Environment=LITTORAL_BROKER=${values.broker}${values.target === null ? '' : ` LITTORAL_TARGET=${values.target}`}
EnvironmentFile=-${local.configDir}/environment
ExecStart=/usr/bin/env littoral ${[...runArguments(local, '127.0.0.1'), ...siteArguments(values, '${LITTORAL_BROKER}', '${LITTORAL_TARGET}')].join(' ')}
Restart=on-failure
RestartSec=2
TimeoutStopSec=${values.stopSeconds}
KillSignal=SIGTERM
DynamicUser=yes
StateDirectory=${name}
StateDirectoryMode=0750
ConfigurationDirectory=${name}
MemoryMax=${values.memoryLimit.replace(/i$/, '')}
TasksMax=128
LimitNOFILE=8192
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
CapabilityBoundingSet=
SystemCallArchitectures=native
SystemCallFilter=@system-service
UMask=0027

[Install]
WantedBy=multi-user.target
`;
}
