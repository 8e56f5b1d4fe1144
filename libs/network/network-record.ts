import type { Network } from '#audit-log';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a record of a country, city or ASN database: MaxMind's own shape (also DB-IP's), and the flat ones
 * of ip-location-db and IPinfo.
 */
export function networkOf(record: unknown): Network {
  const fields = fieldsOf(record);
  const location = fieldsOf(fields['location']);
  const as = /^(?:AS)?(\d{1,10})$/.exec(String(fields['autonomous_system_number'] ?? fields['asn'] ?? ''));
  return {
    ...given('countryCode', countryCode(fields)),
    ...given('city', nameOf(fields['city'])),
    ...given(
      'region',
      nameOf(listOf(fields['subdivisions'])[0]) ?? nameOf(fields['region'] ?? fields['state1']),
    ),
    ...given('latitude', degrees(location['latitude'] ?? fields['latitude'] ?? fields['lat'], 90)),
    ...given('longitude', degrees(location['longitude'] ?? fields['longitude'] ?? fields['lng'], 180)),
    ...given('asn', as ? Number(as[1]) : undefined),
    ...given('asOrganisation', text(fields['autonomous_system_organization'] ?? fields['as_name'])),
  };
}

function countryCode(fields: Fields): string | undefined {
  const { country, registered_country: registered } = fields;
  const codes = [
    fieldsOf(country)['iso_code'],
    fieldsOf(registered)['iso_code'],
    fields['country_code'],
    country,
  ];
  return codes.find((code): code is string => typeof code === 'string' && /^[A-Z]{2}$/.test(code));
}

/** A name is a text, or an object with its forms in several languages. */
function nameOf(value: unknown): string | undefined {
  return text(value) ?? text(fieldsOf(fieldsOf(value)['names'])['en']);
}

function degrees(value: unknown, most: number): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Math.abs(number) <= most ? number : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function given<Key extends keyof Network>(key: Key, value: Network[Key]): Pick<Network, Key> | object {
  return value === undefined ? {} : { [key]: value };
}
