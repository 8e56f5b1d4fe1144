/** What is known of the network that an address belongs to; a field that the database does not hold is absent. */
export type Network = {
  countryCode?: string;
  city?: string;
  region?: string;
  latitude?: number;
  longitude?: number;
  asn?: number;
  asOrganisation?: string;
};
