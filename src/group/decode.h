/* SPDX-License-Identifier: Apache-2.0 */
/* The decoders of the kinds of ward.dev, and what they share. */
#pragma once

#include "group/grouppolicy.h"
#include "group/labelstandard.h"
#include "group/policytest.h"
#include "group/usergroup.h"
#include "kube/decode.h"

struct ward_object *ward_grouppolicy_decode(struct ward_decode *decode,
					    const struct ward_node *root);
struct ward_object *ward_labelstandard_decode(struct ward_decode *decode,
					      const struct ward_node *root);
struct ward_object *ward_usergroup_decode(struct ward_decode *decode, const struct ward_node *root);
struct ward_object *ward_policytest_decode(struct ward_decode *decode,
					   const struct ward_node *root);

/* The top of an object: its metadata, and that it belongs to no namespace.  False when there is no
 * spec, which is said. */
bool ward_group_begin(struct ward_decoding *in, struct ward_decode *decode,
		      const struct ward_node *root, enum ward_kind kind,
		      struct ward_object *ret_object, struct ward_field *ret_spec);

/* `description` and `owners`, which are for people: only their form is looked at. */
void ward_owners_decode(const struct ward_field *spec);

/* What a UserGroup may say, and a group that is declared where it is used. */
extern const struct ward_known ward_membership_known[], ward_inline_group_known[];
void ward_membership_decode(struct ward_membership *membership, const struct ward_field *map);
void ward_inline_group_decode(struct ward_membership *membership, const struct ward_field *map);

/* {names: […], labels: {…}, expressions: […]}, or a list of names; nothing when absent. */
struct ward_selector ward_group_namespaces_decode(const struct ward_field *field);

/* Names of namespaces, sorted, each once. */
const ward_sym *ward_namespace_names_decode(const struct ward_field *list, uint32_t *ret_n);

/* Names of UserGroups. */
const struct ward_group_name *ward_group_names_decode(const struct ward_field *list,
						      uint32_t *ret_n);

/* `expires` of a line: its day (base/day.h), or 0 when absent or wrong.  Says when it has passed,
 * or soon will. */
int32_t ward_group_expires_decode(const struct ward_field *field, bool denies);

/* One element of `ports`: 8080, "9000-9010", metrics, 53/UDP, "9000-9010/UDP". */
struct ward_np_port ward_group_port_decode(const struct ward_field *item);
