/* SPDX-License-Identifier: Apache-2.0 */
#include "report/xml.h"

void ward_xml_put(FILE *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		switch (c) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\n':
		case '\t':
		case '\r':
			fprintf(out, "&#%u;", c);
			break;
		default:
			if (c < 0x20)
				fputs("\xef\xbf\xbd", out);
			else
				fputc(c, out);
		}
	}
}

void ward_xml_attribute(FILE *out, const char *name, const char *value)
{
	fprintf(out, " %s=\"", name);
	ward_xml_put(out, value ? value : "");
	fputc('"', out);
}
