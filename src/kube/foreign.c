/* SPDX-License-Identifier: Apache-2.0 */
/* Policies of other projects.  Ward does not judge them, so an answer given beside them may be
 * wrong for the cluster they are in: that is said, for each. */
#include <stdio.h>

#include "kube/decode.h"

struct ward_object *ward_foreign_decode(struct ward_decode *decode, const struct ward_node *root)
{
	const struct ward_node *metadata = ward_node_get(root, "metadata");
	const char *ns = ward_node_get_str(metadata, "namespace");
	const char *name = ward_node_get_str(metadata, "name");
	char object[400];

	snprintf(object, sizeof(object), "%.63s%s%.63s%s%.253s", ward_node_get_str(root, "kind"),
		 name ? " " : "", name && ns ? ns : "", name && ns ? "/" : "", name ? name : "");
	ward_diag(
		decode->snapshot->diags, WARD_WARNING, "foreign-policy",
		ward_node_mark(decode->file, root), object,
		"where it is enforced, trust an answer only if this policy changes nothing for it",
		"a policy of %.100s, which Ward does not judge: every answer is without it",
		ward_node_get_str(root, "apiVersion"));
	decode->snapshot->n_skipped++;
	return NULL;
}
