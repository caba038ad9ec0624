/* SPDX-License-Identifier: Apache-2.0 */
/* What would change the verdict: one of several for each tier of each end to allow, all to deny. */
#include "report/verdict-parts.h"

/* Does this side need a change in more than one tier? */
static bool is_tiered(const struct ward_answer *answer, enum ward_direction direction)
{
	enum ward_tier tier = WARD_N_TIER;

	for (uint32_t i = 0; i < answer->n_fixes; i++) {
		if (!answer->fixes[i].of[direction])
			continue;
		if (tier != WARD_N_TIER && tier != answer->fixes[i].tier)
			return true;
		tier = answer->fixes[i].tier;
	}
	return false;
}

static void put_heading(const struct ward_verdict_writer *writer, const char *what,
			const struct ward_fix *fix, const char *where)
{
	const struct ward_pair *pair = writer->answer->explained;
	bool egress = fix->of[WARD_EGRESS], ingress = fix->of[WARD_INGRESS];

	ward_text_printf(writer->text->out, "%s %s%s%s:", what,
			 egress && ingress ? "at both ends"
			 : egress	   ? "out of "
					   : "into ",
			 egress && ingress ? ""
			 : egress	   ? pair->from->id
					   : pair->to->id,
			 where);
	fputc('\n', writer->text->out);
}

/* ", either", " in the Admin tier" */
static char *allow_where(const struct ward_answer *answer, const struct ward_fix *fix, bool several)
{
	bool tiered = (fix->of[WARD_EGRESS] && is_tiered(answer, WARD_EGRESS)) ||
		      (fix->of[WARD_INGRESS] && is_tiered(answer, WARD_INGRESS));

	return ward_format("%s%s%s%s", tiered ? " in the " : "",
			   tiered ? ward_tier_str(fix->tier) : "", tiered ? " tier" : "",
			   several ? ", either" : "");
}

/* The changes of one tier that mend just these sides. */
static void put_allowing(const struct ward_verdict_writer *writer, enum ward_tier tier, bool egress,
			 bool ingress)
{
	const struct ward_answer *answer = writer->answer;
	WARD_VEC(const struct ward_fix *) fixes = {};

	for (uint32_t i = 0; i < answer->n_fixes; i++)
		if (answer->fixes[i].tier == tier && answer->fixes[i].of[WARD_EGRESS] == egress &&
		    answer->fixes[i].of[WARD_INGRESS] == ingress)
			ward_vec_push(&fixes, &answer->fixes[i]);
	if (fixes.n) {
		_cleanup_free_ char *where = allow_where(answer, fixes.items[0], fixes.n > 1);

		put_heading(writer, "to allow it", fixes.items[0], where);
	}
	for (uint32_t i = 0; i < fixes.n; i++)
		ward_verdict_put_lines(writer, "  - ", "      ", fixes.items[i]->text);
	ward_vec_done(&fixes);
}

static void put_denying(const struct ward_verdict_writer *writer)
{
	const struct ward_answer *answer = writer->answer;

	put_heading(writer, "to deny it", &answer->fixes[0],
		    answer->n_fixes > 1 ? ", all of these" : "");
	for (uint32_t i = 0; i < answer->n_fixes; i++)
		ward_verdict_put_lines(writer, "  - ", "      ", answer->fixes[i].text);
}

void ward_verdict_put_fixes(const struct ward_verdict_writer *writer)
{
	const struct ward_answer *answer = writer->answer;

	if (!answer->n_fixes && !(writer->question->deny && answer->explained->allowed))
		return;
	fputc('\n', writer->text->out);
	if (!answer->n_fixes)
		fputs("no policy can deny it\n", writer->text->out);
	if (answer->n_fixes && answer->explained->allowed) {
		put_denying(writer);
		return;
	}
	for (enum ward_tier tier = 0; tier < WARD_N_TIER; tier++) {
		put_allowing(writer, tier, true, true);
		put_allowing(writer, tier, true, false);
		put_allowing(writer, tier, false, true);
	}
}
