package io.inference.http.security;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.springframework.security.web.header.HeaderWriter;
import org.springframework.security.web.header.HeaderWriterFilter;
import org.springframework.security.web.header.writers.CrossOriginResourcePolicyHeaderWriter;
import org.springframework.security.web.header.writers.CrossOriginResourcePolicyHeaderWriter.CrossOriginResourcePolicy;
import org.springframework.security.web.header.writers.HstsHeaderWriter;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.header.writers.XContentTypeOptionsHeaderWriter;
import org.springframework.security.web.header.writers.frameoptions.XFrameOptionsHeaderWriter;
import org.springframework.security.web.header.writers.frameoptions.XFrameOptionsHeaderWriter.XFrameOptionsMode;

/** Security headers for browsers: no answer may be used by another site, in a frame, or as a script. */
final class SecurityHeaders {
    private static final long A_YEAR = 365L * 24 * 3600;

    private final List<HeaderWriter> writers;

    /** @param more of one listener */
    SecurityHeaders(HeaderWriter... more) {
        CrossOriginResourcePolicyHeaderWriter resources = new CrossOriginResourcePolicyHeaderWriter();
        resources.setPolicy(CrossOriginResourcePolicy.SAME_ORIGIN);
        this.writers = new ArrayList<>(List.of(
                // Not sent for localhost, where other programs serve as well.
                new HstsHeaderWriter(
                        request ->
                                request.isSecure() && !request.getServerName().endsWith("localhost"),
                        A_YEAR,
                        false),
                new XContentTypeOptionsHeaderWriter(),
                new XFrameOptionsHeaderWriter(XFrameOptionsMode.DENY),
                new ReferrerPolicyHeaderWriter(ReferrerPolicy.NO_REFERRER),
                resources));
        writers.addAll(Arrays.asList(more));
    }

    /** Writes them at once, since nothing removes them later. */
    HeaderWriterFilter filter() {
        HeaderWriterFilter filter = new HeaderWriterFilter(writers);
        filter.setShouldWriteHeadersEagerly(true);
        return filter;
    }

    void write(HttpServletRequest request, HttpServletResponse response) {
        writers.forEach(writer -> writer.writeHeaders(request, response));
    }
}
