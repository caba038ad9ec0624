/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of ward.dev.  Any other is refused: passing over a group or a policy in silence could
 * widen what is allowed. */
#include <stdio.h>
#include <string.h>

#include "group/decode.h"
#include "kube/names.h"

static struct ward_object *kind_refuse(struct ward_decode *decode, const struct ward_node *root)
{
	static const enum ward_kind kinds[] = {WARD_KIND_GROUPPOLICY, WARD_KIND_LABELSTANDARD,
					       WARD_KIND_POLICYTEST, WARD_KIND_USERGROUP};
	const char *kind = ward_node_get_str(root, "kind");
	const char *name = ward_node_get_str(ward_node_get(root, "metadata"), "name");
	const char *hint = "there are GroupPolicy, LabelStandard, PolicyTest and UserGroup";
	struct ward_nearest nearest = {.word = kind};
	char object[384], meant[96];

	for (size_t i = 0; i < WARD_ARRAY_SIZE(kinds); i++)
		ward_nearest_offer(&nearest, ward_kind_str(kinds[i]));
	if (nearest.best) {
		snprintf(meant, sizeof(meant), "did you mean kind: %s?", nearest.best);
		hint = meant;
	}
	snprintf(object, sizeof(object), "%.60s%s%.253s", kind, name ? " " : "", name ? name : "");
	ward_diag(decode->snapshot->diags, WARD_ERROR, "unknown-kind",
		  ward_node_mark(decode->file, root), object, hint, "ward.dev has no kind %.60s",
		  kind);
	return NULL;
}

static struct ward_object *version_refuse(struct ward_decode *decode, const struct ward_node *root)
{
	enum ward_kind kind = ward_kind_parse(ward_node_get_str(root, "kind"));
	struct ward_decoding in;
	struct ward_object object;

	ward_decoding_begin(&in, decode, root, kind, &object);
	ward_field_error(&in.root, "unknown-kind", "write apiVersion: ward.dev/v1alpha1",
			 "%s of %.60s is not known to this version of Ward", ward_kind_str(kind),
			 ward_node_get_str(root, "apiVersion"));
	return NULL;
}

const struct ward_decoder ward_group_decoders[] = {
	{"ward.dev/v1alpha1", "GroupPolicy", ward_grouppolicy_decode},
	{"ward.dev/v1alpha1", "UserGroup", ward_usergroup_decode},
	{"ward.dev/v1alpha1", "LabelStandard", ward_labelstandard_decode},
	{"ward.dev/v1alpha1", "PolicyTest", ward_policytest_decode},
	{"ward.dev/", "GroupPolicy", version_refuse},
	{"ward.dev/", "UserGroup", version_refuse},
	{"ward.dev/", "LabelStandard", version_refuse},
	{"ward.dev/", "PolicyTest", version_refuse},
	{"ward.dev/", "", kind_refuse},
	{},
};
