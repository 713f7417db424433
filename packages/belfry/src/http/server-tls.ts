import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { ConfigError } from '../config/config-error.ts';
import { readPem } from '../config/pem.ts';
import type { EffectiveConfig } from '../config/resolve-config.ts';

/** What `node:https` needs to know. */
export interface TlsMaterial extends SecureContextOptions {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
  /** Only clients with a certificate that `ca` signed may connect. */
  readonly requestCert: boolean;
  readonly rejectUnauthorized: boolean;
}

/** Reads certificates and keys, each time anew. */
export interface ServerTls {
  /** Throws a `ConfigError` that says which option is wrong, and why. */
  load(): TlsMaterial;
}

const OPTION = 'http_server.tls';

function problemOf(error: NodeJS.ErrnoException): string {
  return error.code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH'
    ? `${OPTION}.key_pem: it is not the key of the certificate in ${OPTION}.cert_pem.`
    : `${OPTION}: the certificate and the key cannot be used: ${error.message}.`;
}

/** The certificates that `http_server.tls` names; `undefined`: it is not enabled. */
export function serverTlsOf({ config, baseOf }: EffectiveConfig): ServerTls | undefined {
  const { tls } = config.http_server;
  if (!tls.enabled) return undefined;
  const read = (name: 'cert_pem' | 'key_pem', instead: string | undefined): string => {
    const path = `${OPTION}.${tls[name] === undefined ? `${name}_file` : name}`;
    const value = tls[name] ?? instead;
    if (value === undefined) {
      throw new ConfigError([
        `${OPTION}.${name}: it must be given when ${OPTION}.enabled is true.`,
      ]);
    }
    return readPem(value, { path, directory: baseOf(path) });
  };
  return {
    load() {
      const path = `${OPTION}.client_ca_pem`;
      const ca =
        tls.client_ca_pem === undefined
          ? undefined
          : readPem(tls.client_ca_pem, { path, directory: baseOf(path) });
      const material: TlsMaterial = {
        cert: read('cert_pem', tls.cert_pem_file),
        key: read('key_pem', tls.key_pem_file),
        ...(ca === undefined ? {} : { ca }),
        minVersion: 'TLSv1.2',
        requestCert: ca !== undefined,
        rejectUnauthorized: ca !== undefined,
      };
      try {
        createSecureContext(material);
      } catch (cause) {
        throw new ConfigError([problemOf(cause as NodeJS.ErrnoException)], { cause });
      }
      return material;
    },
  };
}

/** What a log should say of a certificate: for whom it is, and until when. */
export function describeCertificate({ cert }: TlsMaterial): {
  readonly names: string;
  readonly validTo: string;
} {
  const { subjectAltName, subject, validTo } = new X509Certificate(cert);
  return { names: subjectAltName ?? subject, validTo };
}
