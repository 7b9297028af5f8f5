# Packages that a candidate asked for, on top of an image of `images/`. Built without network; installing a wheel
# runs none of its code.
ARG BASE
FROM ${BASE} AS build
LABEL echolocate.stage=build
USER root
# The engine unpacks the archive of wheels, inside the build.
ADD wheels.tar requirements.lock /build/
RUN pip install --no-index --find-links /build/wheels --no-deps --require-hashes --ignore-installed --no-cache-dir \
      --prefix /build/added -r /build/requirements.lock

FROM ${BASE}
COPY --from=build /build/added /opt/venv
