/* SPDX-License-Identifier: Apache-2.0 */
/* What the kinds of ward.dev have in common. */
#include "group/decode.h"

bool ward_group_begin(struct ward_decoding *in, struct ward_decode *decode,
		      const struct ward_node *root, enum ward_kind kind,
		      struct ward_object *ret_object, struct ward_field *ret_spec)
{
	static const struct ward_known known[] = {
		{"apiVersion"}, {"kind"}, {"metadata"}, {"spec"}, {"status"}, {},
	};
	struct ward_field ns;

	ward_decoding_begin(in, decode, root, kind, ret_object);
	ward_decoding_only(in, known);
	ns = ward_field_get(&in->metadata, "namespace");
	if (ns.node)
		ward_field_warn(&ns, "cluster-scoped", "remove it; it has no effect",
				"a %s belongs to no namespace", ward_kind_str(kind));
	*ret_spec = ward_field_get(&in->root, "spec");
	if (!ret_spec->node)
		ward_field_expected(ret_spec, "no-spec", NULL, "a map");
	return ret_spec->node && ward_field_is_map(ret_spec);
}

void ward_owners_decode(const struct ward_field *spec)
{
	struct ward_field description = ward_field_get(spec, "description");
	struct ward_field owners = ward_field_get(spec, "owners");
	uint32_t n = ward_field_list(&owners);

	ward_field_str(&description);
	for (uint32_t i = 0; i < n; i++) {
		static const struct ward_known known[] = {{"team"}, {"contact"}, {}};
		struct ward_field item = ward_field_at(&owners, i);
		struct ward_field team = ward_field_get(&item, "team");
		struct ward_field contact = ward_field_get(&item, "contact");

		if (!ward_field_is_map(&item))
			continue;
		ward_field_only(&item, known);
		ward_field_str(&team);
		ward_field_str(&contact);
	}
}
