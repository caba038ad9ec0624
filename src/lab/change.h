/* SPDX-License-Identifier: Apache-2.0 */
/* What a change did: collected while it is made, printed at its end. */
#pragma once

#include "lab/control.h"

struct lab_change {
	struct lab_request *request;
	WARD_VEC(struct lab_changed {
		struct ward_object object;
		/* "created", "configured", "labelled", "deleted", "unchanged", "missing"; static */
		const char *action;
		char *details; /* one line for people, or NULL */
	})
	list;
	struct lab_pods orphans; /* out of every table: their namespaces go after the commit */
	uint32_t n_missing;	 /* of those to be deleted */
	int error;		 /* why pods could not be made, or 0 */
	uint64_t switched_ns;	 /* when the last node judged by it */
};

/* Begins: nobody is concerned so far. */
void lab_change_begin(struct lab_change *change, struct lab_request *request);

/* Takes @details (may be NULL). */
void lab_change_note(struct lab_change *change, const struct ward_object *object,
		     const char *action, char *details);

/* Marks the pods that a policy applies to, by the judgement of now; other kinds concern nobody. */
void lab_change_concerns(struct lab_change *change, const struct ward_object *policy);

/* Notes that it is as it should be already. */
void lab_change_unchanged(struct lab_change *change, const struct ward_object *object);
bool lab_changed_nothing(const struct lab_changed *changed);

/* Puts, and notes as created or configured. */
void lab_change_put(struct lab_change *change, struct ward_object *object);

/* Takes out of the lab what an object stands for, pods or policy or a namespace with all in it;
 * false if there was nothing. */
bool lab_change_remove(struct lab_change *change, const struct ward_object *object);

/* Commits, answers the request, forgets the change. */
void lab_change_end(struct lab_change *change);

void lab_print_change(const struct lab_change *change, enum ward_lab_format format,
		      const struct ward_text *text);
