/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding: from a document tree to typed objects, with diagnostics worth reading.
 *
 * A *field* is a place in the document together with the way there, so that every message can begin
 * with "spec.ingress[0].ports[1].port".  Fields live on the stack of the decoder; absent and null
 * are the same (node is NULL) except as an element of a list.
 *
 * The getters check the type, report what is wrong, mark the decoding as failed and give an
 * absent value, so a decoder goes straight on and one run shows all mistakes of an object. */
#pragma once

#include "base/ip.h"
#include "base/proto.h"
#include "doc/node.h"
#include "kube/networkpolicy.h"
#include "kube/selector.h"
#include "kube/snapshot.h"

struct ward_field {
	struct ward_decoding *in;
	const struct ward_field *parent; /* NULL: the document itself */
	const struct ward_node *node;	 /* NULL: absent or null */
	const char *name;		 /* of a member of a map; NULL: an element of a list */
	uint32_t index;
};

/* One object being decoded.  It does not move: its fields point to it. */
struct ward_decoding {
	struct ward_decode *decode;
	struct ward_arena *arena;
	struct ward_symbols *symbols;
	struct ward_field root, metadata;
	enum ward_kind kind; /* these three name the object in messages, as far as they are known */
	ward_sym ns;
	const char *name;
	bool failed; /* an error was reported: the object is not taken */
	/* Of custom resources the server looks at the form only, not at what selectors say (B2.26).
	 * While @tolerant such a mistake is a warning, and @unusable is set. */
	bool tolerant, unusable;
};

/* B7.2 in few words. */
#define WARD_FAILS_CLOSED                                                                          \
	"a rule with it fails closed: Accept matches nothing, Deny and Pass deny everything"

/* A field that a map may have.  @lost says what the API server makes of the object when it drops
 * the misspelled field ("the rule would allow everyone"), or is NULL. */
struct ward_known {
	const char *name;
	const char *lost;
	bool later; /* of a version to come: known, but not offered */
};

/* Starts to decode @root and fills @ret_object from its metadata (A3.1). */
void ward_decoding_begin(struct ward_decoding *in, struct ward_decode *decode,
			 const struct ward_node *root, enum ward_kind kind,
			 struct ward_object *ret_object);

/* The member of a map; an absent one when @map is absent or no map. */
struct ward_field ward_field_get(const struct ward_field *map, const char *name);

/* Member or element number @i of a present map or list; its node may be a null node. */
struct ward_field ward_field_at(const struct ward_field *parent, uint32_t i);

struct ward_mark ward_field_mark(const struct ward_field *field);

/* The message is preceded by the path.  @hint may be NULL. */
void ward_field_error(const struct ward_field *field, const char *code, const char *hint,
		      const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void ward_field_warn(const struct ward_field *field, const char *code, const char *hint,
		     const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void ward_field_note(const struct ward_field *field, const char *code, const char *hint,
		     const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* "PATH: expected EXPECTED, found the string "80"". */
void ward_field_expected(const struct ward_field *field, const char *code, const char *hint,
			 const char *expected);

/* A mistake in what a field says, not in its form: an error, or tolerated. */
void ward_field_mistaken(const struct ward_field *field, const char *code, const char *hint,
			 const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* ward_field_expected() with ward_field_mistaken(). */
void ward_field_expected_content(const struct ward_field *field, const char *code, const char *hint,
				 const char *expected);

/* True when present and of the type; an error when present and of another. */
bool ward_field_is_map(const struct ward_field *field);
bool ward_field_is_list(const struct ward_field *field);

/* The number of elements of a list; 0 when absent or wrong. */
uint32_t ward_field_list(const struct ward_field *field);

/* The text, or NULL when absent or wrong. */
const char *ward_field_str(const struct ward_field *field);
ward_sym ward_field_sym(const struct ward_field *field); /* WARD_NONE when absent or wrong */

/* True and the number when present and right.  Numbers that YAML reads in another way than they
 * look are warned about (A3.12). */
bool ward_field_int(const struct ward_field *field, int64_t min, int64_t max, int64_t *ret_value);

bool ward_field_bool(const struct ward_field *field); /* false when absent or wrong */

/* TCP when absent (A2.1, A3.5). */
enum ward_proto ward_field_proto(const struct ward_field *field);

/* An error for each member that is not in @known (ended by a NULL name), with the nearest one; or a
 * warning when the decoding behaves like the server (A3.11). */
void ward_field_only(const struct ward_field *map, const struct ward_known *known);

/* ward_field_only() for the top level and the metadata of an object. */
void ward_decoding_only(struct ward_decoding *in, const struct ward_known *known);

/* A map of labels, checked (A4.1, A4.2) and sorted. */
struct ward_labels ward_labels_decode(const struct ward_field *map);

/* Sorts and removes repetitions; the copy is in the arena. */
struct ward_labels ward_labels_make(struct ward_arena *arena, const struct ward_label *items,
				    uint32_t n);

/* Requirements being collected. */
struct ward_requirements {
	WARD_VEC(struct ward_requirement) list;
};

void ward_requirements_add_labels(struct ward_requirements *requirements,
				  const struct ward_field *map);
void ward_requirements_add_expressions(struct ward_requirements *requirements,
				       const struct ward_field *list);

/* Sorts them into a selector of the arena and empties the collection. */
struct ward_selector ward_requirements_take(struct ward_requirements *requirements,
					    struct ward_arena *arena);

/* A LabelSelector (A4), checked for unknown fields; an absent one has no requirements. */
struct ward_selector ward_selector_decode(const struct ward_field *field);

/* {cidr: …, except: […]} of an ipBlock, validated (A3.7, A3.8). */
void ward_block_decode(struct ward_np_peer *peer, const struct ward_field *block);

/* Does this row decode such an object? */
bool ward_decoder_matches(const struct ward_decoder *decoder, const char *api_version,
			  const char *kind);

struct ward_object *ward_namespace_decode(struct ward_decode *decode, const struct ward_node *root);
struct ward_object *ward_node_decode(struct ward_decode *decode, const struct ward_node *root);
struct ward_object *ward_foreign_decode(struct ward_decode *decode, const struct ward_node *root);
struct ward_object *ward_pod_decode(struct ward_decode *decode, const struct ward_node *root);
struct ward_object *ward_service_decode(struct ward_decode *decode, const struct ward_node *root);
struct ward_object *ward_networkpolicy_decode(struct ward_decode *decode,
					      const struct ward_node *root);
struct ward_object *ward_clusternetworkpolicy_decode(struct ward_decode *decode,
						     const struct ward_node *root);
struct ward_object *ward_adminnetworkpolicy_decode(struct ward_decode *decode,
						   const struct ward_node *root);
struct ward_object *ward_baselineadminnetworkpolicy_decode(struct ward_decode *decode,
							   const struct ward_node *root);

/* The Namespace that nobody wrote down but that must exist (A4.9). */
struct ward_object *ward_namespace_implied(struct ward_snapshot *snapshot, ward_sym name,
					   struct ward_mark mark);
