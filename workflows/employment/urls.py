from django.urls import path

from .people import views as people
from .posts import views as posts

urlpatterns = [
    path("workers/", people.workers, name="workers"),
    path("workers/<int:pk>/", people.worker, name="worker"),
    path("posts/", posts.posts, name="posts"),
    path("posts/new/", posts.new_post, name="new_post"),
]
