/** The approvals section of cordon.yaml, in the words of the code behind it. */
import type { ConfigFile } from './config-schema.ts';
import type { Config } from './config.ts';

const SECONDS_PER_MINUTE = 60;

export function approvalsFrom({
  id_token: token,
  mass_targets,
  most_per_hour,
  notify,
}: ConfigFile['approvals']): Config['approvals'] {
  return {
    idToken:
      token === undefined
        ? null
        : {
            issuer: token.issuer,
            jwksUrl: token.jwks_url,
            audience: token.audience,
            algorithms: token.algorithms,
            maxAuthAge: token.max_auth_age_minutes * SECONDS_PER_MINUTE,
            acr: token.acr,
          },
    massTargets: mass_targets,
    mostPerHour: most_per_hour,
    notify: notify === undefined ? null : { to: notify.to, link: notify.link ?? null },
  };
}
